with kpis as (

    select * from {{ ref('kpi_values') }}
    where entity_type = 'organisation'

),

weeks as (

    select * from {{ ref('dim_weeks') }}

),

context as (

    select * from {{ ref('stg_run__context') }}

)

select
    kpis.entity_id as organisation,
    kpis.week_start_date,
    weeks.iso_week,
    {{ kpi_columns() }}
    context.active_target_share,
    kpis.as_of
from kpis
inner join weeks
    on kpis.week_start_date = weeks.week_start_date
cross join context
group by kpis.entity_id, kpis.week_start_date, weeks.iso_week, context.active_target_share, kpis.as_of
