select
    id as incident_id,
    incident_number,
    status,
    urgency,
    priority__summary as priority,
    incident_type__name as incident_type,
    service__id as pagerduty_service_id,
    created_at,
    updated_at,
    -- an old account may leave resolved_at empty; the last change of a resolved incident is its resolution
    coalesce(resolved_at, case when status = 'resolved' then last_status_change_at end) as resolved_at,
    impact_started_at,
    coalesce(resolve_reason__type = 'merge_resolve_reason', false) as is_merged,
    resolve_reason__incident__id as merged_into_incident_id,
    coalesce(status = 'resolved' and last_status_change_by__type != 'user_reference', false) as is_auto_resolved,
    alert_counts__all as alerts,
    explicit_cause_sha,
    explicit_cause_deployment as explicit_cause_deployment_id
from {{ source('pagerduty', 'incidents') }}
qualify row_number() over (partition by id order by updated_at desc nulls last, _as_of desc, _load_id desc) = 1
