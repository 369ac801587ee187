with context as (

    select
        {{ local_date("as_of - interval '1' second", 'organisation_zone') }} as last_day,
        cast(date_trunc('week', history_start_date) as date) as first_day
    from {{ ref('stg_run__context') }}

),

spans as (

    select
        teams.team_id,
        greatest(teams.valid_from_date, context.first_day) as first_day,
        least(
            coalesce(cast({{ dbt.dateadd('day', -1, 'teams.valid_to_date') }} as date), context.last_day),
            coalesce(cast({{ dbt.dateadd('day', -1, 'teams.gone_from_date') }} as date), context.last_day),
            context.last_day
        ) as last_day
    from {{ ref('stg_company_files__teams') }} as teams
    cross join context
    union all
    -- work of people without a team, and of accounts without a person
    select
        'unassigned',
        first_day,
        last_day
    from context

),

exploded as (

    select
        team_id,
        {{ explode_days('first_day', 'last_day') }} as day
    from spans
    where first_day <= last_day

),

-- a team with members exists, also without an entry in the file of teams
team_days as (

    select
        team_id,
        day
    from exploded
    union all
    select
        team_id,
        day
    from {{ ref('int_people__home_team_days') }}

)

select distinct
    team_id,
    cast(date_trunc('week', day) as date) as week_start_date
from team_days
