-- the newest reading of an account says what it is now; an older login may have gone to another account since
select
    id as github_id,
    login,
    type as account_type,
    email,
    max(_as_of) over (partition by id, login) as last_seen_at,
    row_number() over (
        partition by id order by _as_of desc, case when is_member then 0 else 1 end, _load_id desc
    ) = 1 as is_newest
from {{ source('github', 'users') }}
qualify row_number() over (
    partition by id, login order by _as_of desc, case when is_member then 0 else 1 end, _load_id desc
) = 1
