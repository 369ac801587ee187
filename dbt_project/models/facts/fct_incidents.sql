with causes as (

    select
        incident_id,
        count(*) as cause_deployments,
        min(method) as cause_method,
        max(confidence) as cause_confidence
    from {{ ref('int_incidents__links') }}
    where
        role = 'cause'
        and incident_id is not null
    group by incident_id

),

dated as (

    select
        incidents.*,
        {{ local_date('incidents.started_at', 'context.organisation_zone') }} as started_date
    from {{ ref('int_incidents__unioned') }} as incidents
    cross join {{ ref('stg_run__context') }} as context

)

select
    dated.source_system,
    dated.incident_id,
    dated.outage_id,
    dated.service_id,
    coalesce(services_weeks.team_id, 'unassigned') as team_id,
    dated.started_at,
    dated.started_date,
    dated.resolved_at,
    dated.outage_resolved_at,
    dated.severity,
    dated.urgency,
    dated.is_counted,
    dated.exclusion_reason,
    coalesce(causes.cause_deployments, 0) as cause_deployments,
    causes.cause_method,
    causes.cause_confidence,
    {{ elapsed_hours('dated.started_at', 'dated.outage_resolved_at') }} as restore_hours
from dated
left join {{ ref('int_services__weeks') }} as services_weeks
    on dated.service_id = services_weeks.service_id
    and cast(date_trunc('week', dated.started_date) as date) = services_weeks.week_start_date
left join causes
    on dated.incident_id = causes.incident_id
