-- The counterweight of an activity or a cost is an outcome or a quality, at every grain that the metric has.
select
    metrics.metric_id,
    metrics.counter_metric,
    counterweights.kind,
    counterweights.entity_types
from {{ ref('dim_metrics') }} as metrics
inner join {{ ref('dim_metrics') }} as counterweights
    on metrics.counter_metric = counterweights.metric_id
where metrics.kind in ('activity', 'cost')
    and (
        counterweights.kind not in ('outcome', 'quality')
        or (metrics.entity_types like '%team%' and counterweights.entity_types not like '%team%')
        or (metrics.entity_types like '%service%' and counterweights.entity_types not like '%service%')
        or (metrics.entity_types like '%organisation%' and counterweights.entity_types not like '%organisation%')
    )
