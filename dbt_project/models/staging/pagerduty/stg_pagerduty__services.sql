select
    id as pagerduty_service_id,
    name as service_name,
    status,
    created_at
from {{ source('pagerduty', 'services') }}
-- the newest snapshot; a record that moved while it was paged may stand in it twice
qualify
    rank() over (order by _as_of desc, _load_id desc) = 1
    and row_number() over (partition by id order by _as_of desc, _load_id desc, status asc, name asc) = 1
