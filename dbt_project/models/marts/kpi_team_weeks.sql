with kpis as (

    select * from {{ ref('kpi_values') }}
    where entity_type = 'team'

),

weeks as (

    select * from {{ ref('dim_weeks') }}

),

teams as (

    select * from {{ ref('dim_teams') }}

)

select
    kpis.entity_id as team_id,
    coalesce(teams.team_name, kpis.entity_id) as team_name,
    kpis.week_start_date,
    weeks.iso_week,
    {{ kpi_columns() }}
    kpis.as_of
from kpis
inner join weeks
    on kpis.week_start_date = weeks.week_start_date
left join teams
    on kpis.entity_id = teams.team_id
group by kpis.entity_id, kpis.week_start_date, weeks.iso_week, teams.team_name, kpis.as_of
