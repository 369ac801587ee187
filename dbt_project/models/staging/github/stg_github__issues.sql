select
    repository_id,
    repository,
    number as issue_number,
    id as issue_id,
    state,
    state_reason,
    created_at,
    updated_at,
    closed_at,
    issue_type,
    label_names,
    author_association,
    case
        when substr(author__login, 1, 2) = 'p_' then coalesce(author__database_id, author__login)
        else author__login
    end as author_identifier,
    author__type as author_type
from {{ source('github', 'issues') }}
qualify row_number() over (
    partition by repository_id, number order by updated_at desc, _as_of desc, _load_id desc
) = 1
