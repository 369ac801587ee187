with deployments as (

    select * from {{ ref('fct_deployments') }} where is_production and is_success

),

incidents as (

    select * from {{ ref('fct_incidents') }} where is_counted and cause_deployments > 0

),

services_weeks as (

    select * from {{ ref('int_services__weeks') }}

),

merged as (

    select
        changes.change_id,
        changes.merged_date,
        changes.service_id,
        changes.deploy_wait_hours,
        coalesce(services_weeks.team_id, 'unassigned') as team_id,
        coalesce(
            people.sponsor_person_key,
            case when changes.author_kind in ('human', 'unknown') then people.author_identifier end
        ) as contributor
    from {{ ref('fct_changes') }} as changes
    inner join {{ ref('int_changes__people') }} as people
        on changes.change_id = people.change_id
    left join services_weeks
        on changes.service_id = services_weeks.service_id
        and cast(date_trunc('week', changes.merged_date) as date) = services_weeks.week_start_date
    where changes.is_standard_population
        and changes.deploy_wait_hours is not null

),

points as (

    select 'deployment_frequency' as metric_id, deployment_id as point_id, finished_date as counted_date, team_id,
        service_id, cast(null as string) as contributor, 1 as hits, null as tries, cast(null as double) as hours
    from deployments
    union all
    select 'change_failure_rate', deployment_id, finished_date, team_id, service_id, null,
        case when is_failure then 1 else 0 end, 1, cast(null as double)
    from deployments
    union all
    select 'change_failure_rate_inferred', deployment_id, finished_date, team_id, service_id, null,
        case when is_failure_inferred then 1 else 0 end, 1, cast(null as double)
    from deployments
    union all
    select 'recovery_time_hours', deployment_id, finished_date, team_id, service_id, null, null, null, recovery_hours
    from deployments
    where recovery_hours >= 0
    union all
    select 'deploy_wait_hours', change_id, merged_date, team_id, service_id, contributor, null, null, deploy_wait_hours
    from merged
    where deploy_wait_hours >= 0
    union all
    -- the exposure is the deployments of the week, the events are the incidents that began in it
    select 'incident_rate', deployment_id, finished_date, team_id, service_id, null, 0, 1, cast(null as double)
    from deployments
    union all
    select 'incident_rate', incident_id, started_date, team_id, service_id, null, 1, 0, cast(null as double)
    from incidents

)

select
    metric_id,
    point_id,
    cast(date_trunc('week', counted_date) as date) as week_start_date,
    team_id,
    service_id,
    contributor,
    cast(hits as double) as hits,
    cast(tries as double) as tries,
    hours
from points
