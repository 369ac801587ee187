select
    deployment_id,
    id as status_id,
    repository_id,
    repository,
    state,
    created_at,
    environment
from {{ source('github', 'deployment_statuses') }}
qualify row_number() over (partition by deployment_id, id order by _as_of desc, _load_id desc) = 1
