select
    id as github_id,
    login,
    type as account_type,
    is_member,
    email,
    _as_of as seen_at
from {{ source('github', 'users') }}
qualify row_number() over (
    partition by id order by _as_of desc, case when is_member then 0 else 1 end, _load_id desc
) = 1
