select
    'tables' as source_system,
    repository,
    change_number,
    commit_sha,
    authored_at
from {{ ref('stg_tables__commits') }}
where change_number is not null
