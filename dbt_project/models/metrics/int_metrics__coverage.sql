with metric_feeds as (

    select
        metric_id,
        feed,
        count(*) over (partition by metric_id) as feeds
    from {{ ref('metric_feeds') }}

),

-- streams of one source that carry the same facts replace each other
feed_days as (

    select
        feed_sources.feed,
        source_days.source,
        source_days.day,
        bool_or(source_days.status != 'missing') as is_delivered
    from {{ ref('feed_sources') }} as feed_sources
    inner join {{ source('run', 'source_days') }} as source_days
        on feed_sources.source = source_days.source
        and feed_sources.stream = source_days.stream
    group by feed_sources.feed, source_days.source, source_days.day

),

-- a service is covered by what covers its repositories; teams and the organisation by every source
scoped as (

    select
        'all' as scope,
        feed_days.*
    from feed_days
    union all
    select distinct
        repositories.service_id as scope,
        feed_days.*
    from feed_days
    inner join {{ ref('int_changes__repositories') }} as repositories
        on feed_days.feed = 'incidents'
        or (
            feed_days.feed in ('changes', 'lifecycle', 'reviews', 'agent_signals')
            and feed_days.source = repositories.change_source
        )
        or (feed_days.feed = 'deployments' and feed_days.source = repositories.deployment_source)

),

feed_weeks as (

    select
        scope,
        feed,
        cast(date_trunc('week', day) as date) as week_start_date,
        count(*) filter (where is_delivered) / cast(count(*) as double) as completeness
    from scoped
    group by scope, feed, cast(date_trunc('week', day) as date)

)

-- a metric is as complete as its least complete feed, and unknown where one of its feeds has no source
select
    feed_weeks.scope,
    metric_feeds.metric_id,
    feed_weeks.week_start_date,
    min(feed_weeks.completeness) as completeness,
    min(feed_weeks.completeness) filter (where feed_weeks.feed = 'cost') as cost_completeness
from feed_weeks
inner join metric_feeds
    on feed_weeks.feed = metric_feeds.feed
group by feed_weeks.scope, metric_feeds.metric_id, feed_weeks.week_start_date
having count(*) = max(metric_feeds.feeds)
