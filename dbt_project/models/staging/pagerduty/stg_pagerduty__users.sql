select
    id as user_identifier,
    email as email_identifier,
    role
from {{ source('pagerduty', 'users') }}
-- the newest snapshot; a record that moved between pages may be in it twice
qualify
    rank() over (order by _as_of desc, _load_id desc) = 1
    and row_number() over (partition by id order by _as_of desc, _load_id desc, email asc, role asc) = 1
