-- A published activity or cost without an outcome and its counter-metric, visible for the same entity and week.
with metrics as (

    select * from {{ ref('dim_metrics') }}

),

visible as (

    select
        kpis.*,
        metrics.kind,
        metrics.counter_metric
    from {{ ref('kpi_values') }} as kpis
    inner join metrics
        on kpis.metric_id = metrics.metric_id
    where kpis.value is not null or kpis.reason in ('no_denominator', 'small_sample', 'immature')

)

select
    used.metric_id,
    used.entity_type,
    used.entity_id,
    used.week_start_date,
    bool_or(other.metric_id = used.counter_metric) as has_counter_metric,
    bool_or(other.kind = 'outcome') as has_outcome
from visible as used
left join visible as other
    on used.entity_type = other.entity_type
    and used.entity_id = other.entity_id
    and used.week_start_date = other.week_start_date
where used.kind in ('activity', 'cost')
group by used.metric_id, used.entity_type, used.entity_id, used.week_start_date
having not coalesce(bool_or(other.metric_id = used.counter_metric) and bool_or(other.kind = 'outcome'), false)
