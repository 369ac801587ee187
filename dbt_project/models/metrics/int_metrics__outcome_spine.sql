with weeks as (

    select * from {{ ref('int_calendar__weeks') }}

),

context as (

    select * from {{ ref('stg_run__context') }}

),

entities as (

    select
        'organisation' as entity_type,
        context.organisation as entity_id,
        weeks.week_start_date,
        'all' as scope
    from weeks
    cross join context
    union
    select
        'team' as entity_type,
        team_id as entity_id,
        week_start_date,
        'all' as scope
    from {{ ref('int_teams__weeks') }}
    union
    select
        'service' as entity_type,
        service_id as entity_id,
        week_start_date,
        service_id as scope
    from {{ ref('int_services__weeks') }}
    union
    -- what was done is counted, whether or not the company's files know the entity in that week
    select
        entity_type,
        entity_id,
        week_start_date,
        case when entity_type = 'service' then entity_id else 'all' end as scope
    from {{ ref('int_metrics__outcome_cells') }}

)

select
    entities.entity_type,
    entities.entity_id,
    entities.week_start_date,
    entities.scope,
    weeks.days_since_end
from entities
inner join weeks
    on entities.week_start_date = weeks.week_start_date
