{#- Metric, things counted, numerator, trials, hours. An incident adds an event to the exposure of its week, which
    is the deployments of that week. -#}
{%- set measures = [
    ('deployment_frequency', 'deployments', '1', 'null', 'null'),
    ('change_failure_rate', 'deployments', 'cast(is_failure as int)', '1', 'null'),
    ('change_failure_rate_inferred', 'deployments', 'cast(is_failure_inferred as int)', '1', 'null'),
    ('recovery_time_hours', 'recoveries', 'null', 'null', 'hours'),
    ('deploy_wait_hours', 'waits', 'null', 'null', 'hours'),
    ('incident_rate', 'deployments', '0', '1', 'null'),
    ('incident_rate', 'incidents', '1', '0', 'null'),
] -%}
with deployments as (

    select
        deployment_id as point_id,
        finished_date as counted_date,
        team_id,
        service_id,
        cast(null as string) as contributor,
        is_failure,
        is_failure_inferred,
        recovery_hours as hours
    from {{ ref('fct_deployments') }}
    where
        is_production
        and is_success

),

recoveries as (

    select * from deployments
    where hours >= 0

),

incidents as (

    select
        incident_id as point_id,
        started_date as counted_date,
        team_id,
        service_id,
        cast(null as string) as contributor
    from {{ ref('fct_incidents') }}
    where
        is_counted
        and cause_deployments > 0

),

waits as (

    select
        changes.change_id as point_id,
        changes.merged_date as counted_date,
        coalesce(services_weeks.team_id, 'unassigned') as team_id,
        changes.service_id,
        coalesce(
            people.sponsor_person_key,
            case when changes.author_kind in ('human', 'unknown') then people.author_identifier end
        ) as contributor,
        changes.deploy_wait_hours as hours
    from {{ ref('fct_changes') }} as changes
    inner join {{ ref('int_changes__people') }} as people
        on changes.change_id = people.change_id
    left join {{ ref('int_services__weeks') }} as services_weeks
        on changes.service_id = services_weeks.service_id
        and cast(date_trunc('week', changes.merged_date) as date) = services_weeks.week_start_date
    where
        changes.is_standard_population
        and changes.deploy_wait_hours >= 0

)

{% for metric_id, things, numerator, trials, hours in measures -%}
    select
        '{{ metric_id }}' as metric_id,
        point_id,
        cast(date_trunc('week', counted_date) as date) as week_start_date,
        team_id,
        service_id,
        contributor,
        cast({{ numerator }} as double) as numerator,
        cast({{ trials }} as double) as trials,
        cast({{ hours }} as double) as hours
    from {{ things }}
    {% if not loop.last %}union all
    {% endif %}
{%- endfor %}
