-- A metric without a feed is never covered: nothing would ever be published of it, without an error.
select metrics.metric_id
from {{ ref('dim_metrics') }} as metrics
left join {{ ref('metric_feeds') }} as feeds
    on metrics.metric_id = feeds.metric_id
where feeds.metric_id is null
