with teams_weeks as (

    select * from {{ ref('int_teams__weeks') }}

),

weeks as (

    select * from {{ ref('int_calendar__weeks') }}

),

context as (

    select * from {{ ref('stg_run__context') }}

),

-- people and use without a team have a line of their own, so that the teams add up to the organisation
entities as (

    select
        'team' as entity_type,
        team_id as entity_id,
        week_start_date
    from teams_weeks
    union
    select
        'team' as entity_type,
        coalesce(team_id, 'unassigned') as entity_id,
        cast(date_trunc('week', day) as date) as week_start_date
    from {{ ref('int_people__days') }}
    union
    select
        entity_type,
        entity_id,
        week_start_date
    from {{ ref('int_usage__contributor_weeks') }}
    union
    select
        'organisation' as entity_type,
        context.organisation as entity_id,
        weeks.week_start_date
    from weeks
    cross join context

)

select
    entities.entity_type,
    entities.entity_id,
    entities.week_start_date,
    weeks.days_since_end
from entities
inner join weeks
    on entities.week_start_date = weeks.week_start_date
