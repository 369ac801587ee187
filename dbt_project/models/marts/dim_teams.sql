with teams as (

    select *
    from {{ ref('stg_company_files__teams') }}
    qualify row_number() over (
        partition by team_id order by case when gone_from_date is null then 0 else 1 end, valid_from_date desc
    ) = 1

),

weeks as (

    select
        team_id,
        min(week_start_date) as first_week_start_date,
        max(week_start_date) as last_week_start_date
    from {{ ref('int_teams__weeks') }}
    group by team_id

)

select
    weeks.team_id,
    coalesce(teams.team_name, weeks.team_id) as team_name,
    teams.parent_team_id,
    teams.cost_center,
    weeks.team_id != 'unassigned' as is_team,
    weeks.first_week_start_date,
    weeks.last_week_start_date
from weeks
left join teams
    on weeks.team_id = teams.team_id
