-- The counter-metric of an activity or a cost is an outcome or a quality, at every grain that the metric has.
select
    metrics.metric_id,
    metrics.counter_metric,
    counter_metrics.kind,
    counter_metrics.entity_types
from {{ ref('dim_metrics') }} as metrics
inner join {{ ref('dim_metrics') }} as counter_metrics
    on metrics.counter_metric = counter_metrics.metric_id
where metrics.kind in ('activity', 'cost')
    and (
        counter_metrics.kind not in ('outcome', 'quality')
        or (metrics.entity_types like '%team%' and counter_metrics.entity_types not like '%team%')
        or (metrics.entity_types like '%service%' and counter_metrics.entity_types not like '%service%')
        or (metrics.entity_types like '%organisation%' and counter_metrics.entity_types not like '%organisation%')
    )
