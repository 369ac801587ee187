select
    system,
    incident_id,
    service as native_service_id,
    created_at,
    started_at,
    resolved_at,
    priority,
    lower(urgency) as urgency,
    coalesce(is_merged, false) as is_merged,
    cause_sha as explicit_cause_sha,
    cause_deployment as explicit_cause_deployment_id
from {{ newest_not_deleted(source('tables', 'incidents'), ['system', 'incident_id'], 'updated_at') }} as incidents
