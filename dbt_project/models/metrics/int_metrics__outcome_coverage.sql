with coverage as (

    select * from {{ ref('outcome_coverage') }}

),

feed_weeks as (

    select
        coverage.metric_id,
        coverage.feed,
        coverage.source,
        cast(date_trunc('week', source_days.day) as date) as week_start_date,
        count(*) filter (where source_days.status != 'missing') as told_days,
        count(*) as expected_days
    from coverage
    inner join {{ ref('stg_run__source_days') }} as source_days
        on coverage.source = source_days.source
        and coverage.stream = source_days.stream
    group by
        coverage.metric_id, coverage.feed, coverage.source, cast(date_trunc('week', source_days.day) as date)

),

needed as (

    select
        metric_id,
        count(distinct feed) as feeds
    from coverage
    group by metric_id

),

repositories as (

    select * from {{ ref('int_changes__repositories') }}

),

-- a service is covered by what covers its repositories; the rest of the company by everything
scoped as (

    select
        'all' as scope,
        feed_weeks.*
    from feed_weeks
    union all
    select distinct
        repositories.service_id as scope,
        feed_weeks.*
    from feed_weeks
    inner join repositories
        on feed_weeks.feed = 'incidents'
        or (feed_weeks.feed in ('reviews', 'changes') and feed_weeks.source = repositories.change_source)
        or (feed_weeks.feed = 'deployments' and feed_weeks.source = repositories.deployment_source)

),

by_feed as (

    select
        scope,
        metric_id,
        feed,
        week_start_date,
        sum(told_days) / cast(sum(expected_days) as double) as completeness
    from scoped
    group by scope, metric_id, feed, week_start_date

)

select
    by_feed.scope,
    by_feed.metric_id,
    by_feed.week_start_date,
    min(by_feed.completeness) as completeness
from by_feed
inner join needed
    on by_feed.metric_id = needed.metric_id
group by by_feed.scope, by_feed.metric_id, by_feed.week_start_date, needed.feeds
having count(*) = needed.feeds
