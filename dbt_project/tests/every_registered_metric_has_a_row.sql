-- A card without any row: nobody computes it, or its family left the union.
select metrics.metric_id
from {{ ref('dim_metrics') }} as metrics
left join {{ ref('int_metrics__unioned') }} as components
    on metrics.metric_id = components.metric_id
where components.metric_id is null
    and exists (select 1 from {{ ref('int_metrics__unioned') }})
