with weeks as (

    select * from {{ ref('int_calendar__weeks') }}

),

entities as (

    select
        'organisation' as entity_type,
        context.organisation as entity_id,
        weeks.week_start_date,
        true as has_people
    from weeks
    cross join {{ ref('stg_run__context') }} as context
    union all
    select
        'team' as entity_type,
        team_id as entity_id,
        week_start_date,
        true as has_people
    from {{ ref('int_teams__weeks') }}
    union all
    select
        'service' as entity_type,
        service_id as entity_id,
        week_start_date,
        false as has_people
    from {{ ref('int_services__weeks') }}
    union all
    -- what was done is counted, whether or not the company's files know the entity in that week
    select
        entity_type,
        entity_id,
        week_start_date,
        false as has_people
    from {{ ref('int_metrics__outcome_cells') }}

)

select
    entities.entity_type,
    entities.entity_id,
    entities.week_start_date,
    case when entities.entity_type = 'service' then entities.entity_id else 'all' end as scope,
    bool_or(entities.has_people) as has_people,
    max(weeks.days_since_end) as days_since_end
from entities
inner join weeks
    on entities.week_start_date = weeks.week_start_date
group by entities.entity_type, entities.entity_id, entities.week_start_date
