select
    id as issue_id,
    project_key as project,
    _as_of as listed_at
from {{ source('jira', 'issue_keys') }}
-- the newest snapshot; an issue that moved while it was read may be in it twice
qualify
    rank() over (order by _as_of desc, _load_id desc) = 1
    and row_number() over (partition by id order by _as_of desc, _load_id desc, project_key asc) = 1
