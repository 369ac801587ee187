select
    'pagerduty' as source_system,
    'pagerduty:' || incident_id as incident_id,
    pagerduty_service_id as native_service_id,
    created_at,
    -- the start of the impact counts where somebody recorded it
    coalesce(impact_started_at, created_at) as started_at,
    resolved_at,
    priority,
    urgency,
    is_merged,
    is_auto_resolved
from {{ ref('stg_pagerduty__incidents') }}
