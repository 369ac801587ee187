with kpis as (

    select * from {{ ref('kpi_values') }}
    where entity_type = 'service'

)

select
    kpis.entity_id as service_id,
    kpis.week_start_date,
    weeks.iso_week,
    {{ kpi_columns() }}
    kpis.as_of
from kpis
inner join {{ ref('dim_weeks') }} as weeks
    on kpis.week_start_date = weeks.week_start_date
group by kpis.entity_id, kpis.week_start_date, weeks.iso_week, kpis.as_of
