with kpis as (

    select * from {{ ref('kpi_values') }}
    where entity_type = 'team'

)

select
    kpis.entity_id as team_id,
    coalesce(teams.team_name, kpis.entity_id) as team_name,
    kpis.week_start_date,
    weeks.iso_week,
    {{ kpi_columns() }}
    kpis.as_of
from kpis
inner join {{ ref('dim_weeks') }} as weeks
    on kpis.week_start_date = weeks.week_start_date
left join {{ ref('dim_teams') }} as teams
    on kpis.entity_id = teams.team_id
group by kpis.entity_id, kpis.week_start_date, weeks.iso_week, teams.team_name, kpis.as_of
