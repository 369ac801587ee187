with kpis as (

    select * from {{ ref('kpi_values') }}
    where entity_type = 'service'

),

weeks as (

    select * from {{ ref('dim_weeks') }}

)

select
    kpis.entity_id as service_id,
    kpis.week_start_date,
    weeks.iso_week,
    {{ kpi_columns() }}
    kpis.as_of
from kpis
inner join weeks
    on kpis.week_start_date = weeks.week_start_date
group by kpis.entity_id, kpis.week_start_date, weeks.iso_week, kpis.as_of
