with kpis as (

    select * from {{ ref('kpi_values') }}
    where entity_type = 'organisation'

)

select
    kpis.entity_id as organisation,
    kpis.week_start_date,
    weeks.iso_week,
    {{ kpi_columns() }}
    context.active_target_share,
    kpis.as_of
from kpis
inner join {{ ref('dim_weeks') }} as weeks
    on kpis.week_start_date = weeks.week_start_date
cross join {{ ref('stg_run__context') }} as context
group by kpis.entity_id, kpis.week_start_date, weeks.iso_week, context.active_target_share, kpis.as_of
