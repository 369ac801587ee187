select
    id as github_id,
    login,
    min(_as_of) as first_seen_at,
    max(_as_of) as last_seen_at
from {{ source('github', 'users') }}
group by id, login
