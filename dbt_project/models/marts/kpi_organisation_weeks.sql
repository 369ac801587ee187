with kpis as (

    select * from {{ ref('kpi_values') }}
    where entity_type = 'organisation'

),

weeks as (

    select * from {{ ref('dim_weeks') }}

),

night as (

    select * from {{ ref('stg_run__night') }}

)

select
    kpis.entity_id as organisation,
    kpis.week_start_date,
    weeks.iso_week,
    {{ outcome_kpi_columns() }}
    {{ usage_kpi_columns() }}
    night.active_target_share,
    kpis.as_of
from kpis
inner join weeks
    on kpis.week_start_date = weeks.week_start_date
cross join night
group by kpis.entity_id, kpis.week_start_date, weeks.iso_week, night.active_target_share, kpis.as_of
