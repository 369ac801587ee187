select
    id as log_entry_id,
    incident__id as incident_id,
    service__id as pagerduty_service_id,
    replace(type, '_log_entry', '') as entry_type,
    created_at as logged_at,
    agent__type as agent_type,
    agent__id as agent_identifier,
    explicit_cause_sha,
    explicit_cause_deployment as explicit_cause_deployment_id
from {{ source('pagerduty', 'log_entries') }}
qualify row_number() over (partition by id order by _as_of desc, _load_id desc) = 1
