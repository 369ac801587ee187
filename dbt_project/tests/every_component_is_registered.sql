-- A component of no registered metric or at a grain that its metric does not have would vanish without a word.
select distinct
    components.metric_id,
    components.entity_type
from {{ ref('int_metrics__unioned') }} as components
left join {{ ref('dim_metrics') }} as metrics
    on components.metric_id = metrics.metric_id
    and ('|' || metrics.entity_types || '|') like ('%|' || components.entity_type || '|%')
where metrics.metric_id is null
