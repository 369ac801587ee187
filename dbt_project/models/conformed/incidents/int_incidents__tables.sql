select
    'tables' as source_system,
    system as service_system,
    system || ':' || incident_id as incident_id,
    native_service_id,
    created_at,
    coalesce(started_at, created_at) as started_at,
    resolved_at,
    priority,
    urgency,
    is_merged
from {{ ref('stg_tables__incidents') }}
