{%- set columns = {
    'source_system': 'string', 'service_system': 'string', 'incident_id': 'string', 'native_service_id': 'string',
    'created_at': 'timestamp', 'started_at': 'timestamp', 'resolved_at': 'timestamp', 'priority': 'string',
    'urgency': 'string', 'is_merged': 'boolean', 'is_auto_resolved': 'boolean',
} -%}
with arms as (

    {{ union_arms(columns, ['int_incidents__pagerduty', 'int_incidents__tables'], place='arm_place') }}

),

-- one incident may come by two ways: the first source counts
distinct_arms as (

    select * from arms
    qualify row_number() over (partition by incident_id order by arm_place) = 1

),

incidents as (

    select
        arms.source_system,
        arms.incident_id,
        coalesce(services.service_id, catalogue.service_id) as service_id,
        coalesce(services.service_id, catalogue.service_id, arms.native_service_id) as place,
        arms.started_at,
        case when arms.resolved_at < context.as_of then arms.resolved_at end as resolved_at,
        severities.severity,
        arms.urgency,
        case
            when arms.is_merged then 'merged'
            when arms.urgency = 'low' then 'low_urgency'
            when arms.priority is null and arms.is_auto_resolved then 'closed_itself'
            when not severities.is_counted then 'low_severity'
        end as noise_reason,
        causes.incident_id is not null as has_explicit_cause
    from distinct_arms as arms
    cross join {{ ref('stg_run__context') }} as context
    left join {{ ref('int_services__external_ids') }} as services
        on coalesce(arms.service_system, arms.source_system) = services.system
        and arms.native_service_id = services.external_id
    -- some tools name a service as the catalogue does
    left join {{ ref('int_services__catalogue') }} as catalogue
        on arms.native_service_id = catalogue.service_id
    left join {{ ref('incident_severities') }} as severities
        on lower(arms.priority) = lower(severities.priority)
    left join (select distinct incident_id from {{ ref('int_incidents__explicit_causes') }}) as causes
        on arms.incident_id = causes.incident_id
    where arms.created_at < context.as_of

),

-- one outage pages many times: an incident within 30 minutes of the one before of its service belongs to the same
-- outage, unless somebody recorded a cause of its own
gaps as (

    select
        *,
        lag(started_at) over (partition by place, noise_reason order by started_at, incident_id)
            as page_before_at
    from incidents

),

beginnings as (

    select
        *,
        case
            when has_explicit_cause then 1
            when {{ elapsed_hours('page_before_at', 'started_at') }} <= cast(0.5 as double) then 0
            else 1
        end as begins_outage
    from gaps

),

outages as (

    select
        *,
        sum(begins_outage) over (
            partition by place, noise_reason
            order by started_at, incident_id
            rows between unbounded preceding and current row
        ) as outage_number
    from beginnings

)

select
    source_system,
    incident_id,
    first_value(incident_id) over (
        partition by place, noise_reason, outage_number
        order by started_at, incident_id
        rows between unbounded preceding and unbounded following
    ) as outage_id,
    service_id,
    started_at,
    resolved_at,
    -- an outage is over when its last page is; one that is still open keeps it open
    case
        when
            count(*) over (partition by place, noise_reason, outage_number)
            = count(resolved_at) over (partition by place, noise_reason, outage_number)
            then max(resolved_at) over (partition by place, noise_reason, outage_number)
    end as outage_resolved_at,
    severity,
    urgency,
    coalesce(noise_reason, case when begins_outage = 0 then 'same_outage' end) as exclusion_reason,
    noise_reason is null and begins_outage = 1 as is_counted
from outages
