select
    id as change_id,
    issue_id,
    changed_field,
    changed_at,
    author__account_id as author_identifier,
    from_id,
    to_id,
    from_name,
    to_name,
    from_category,
    to_category,
    from_account_id as from_assignee_identifier,
    to_account_id as to_assignee_identifier
from {{ source('jira', 'issue_changes') }}
-- the first reading, and of one that no longer found a status the first that did
qualify row_number() over (
    partition by id, changed_field
    order by case when from_category is null or to_category is null then 1 else 0 end, _as_of asc, _load_id asc
) = 1
