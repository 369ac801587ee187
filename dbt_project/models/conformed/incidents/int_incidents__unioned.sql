-- current lines of the catalogue go before those that it no longer has
with catalogue as (

    select
        pagerduty_service_id,
        service_id
    from {{ ref('stg_company_files__services') }}
    where pagerduty_service_id is not null
    qualify rank() over (
        partition by pagerduty_service_id order by case when gone_from_date is null then 0 else 1 end
    ) = 1

),

-- a PagerDuty service that several services share belongs to none of them
pagerduty_services as (

    select
        pagerduty_service_id,
        min(service_id) as service_id
    from catalogue
    group by pagerduty_service_id
    having count(distinct service_id) = 1

),

incidents as (

    select
        'pagerduty' as source_system,
        'pagerduty:' || incidents.incident_id as incident_id,
        pagerduty_services.service_id,
        coalesce(pagerduty_services.service_id, incidents.pagerduty_service_id) as place,
        -- the start of the impact counts where somebody recorded it
        coalesce(incidents.impact_started_at, incidents.created_at) as started_at,
        case when incidents.resolved_at < context.as_of then incidents.resolved_at end as resolved_at,
        severities.severity,
        incidents.urgency,
        case
            when incidents.is_merged then 'merged'
            when incidents.urgency = 'low' then 'low_urgency'
            when incidents.priority is null and incidents.is_auto_resolved then 'closed_itself'
            when not severities.is_counted then 'low_severity'
        end as noise_reason,
        causes.incident_id is not null as has_explicit_cause
    from {{ ref('stg_pagerduty__incidents') }} as incidents
    cross join {{ ref('stg_run__context') }} as context
    left join pagerduty_services
        on incidents.pagerduty_service_id = pagerduty_services.pagerduty_service_id
    left join {{ ref('incident_severities') }} as severities
        on lower(incidents.priority) = lower(severities.priority)
    left join (select distinct incident_id from {{ ref('int_incidents__explicit_causes') }}) as causes
        on 'pagerduty:' || incidents.incident_id = causes.incident_id
    where incidents.created_at < context.as_of

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
