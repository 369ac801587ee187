{%- set families = [
    'int_metrics__outcome_cells',
    'int_metrics__usage_cells',
    'int_metrics__active_share_cells',
    'int_metrics__cost_per_change_cells',
] -%}
with components as (

    {% for family in families -%}
        select
            metric_id,
            entity_type,
            entity_id,
            week_start_date,
            numerator,
            denominator,
            value,
            lower,
            upper,
            n,
            contributors,
            largest_share,
            {{ 'priced_share' if family != 'int_metrics__outcome_cells' else 'cast(1 as double) as priced_share' }}
        from {{ ref(family) }}
        {% if not loop.last %}union all
        {% endif %}
    {%- endfor %}

),

metrics as (

    select
        metrics.*,
        case when metrics.metric_id = 'merge_rate_14d' then context.cohort_days else metrics.maturity_days end
            as mature_after_days,
        metrics.unit = 'hours' as is_duration,
        metrics.unit in ('tokens', 'usd') as is_amount,
        metrics.interval_kind in ('wilson', 'poisson') or metrics.unit = 'usd per change' as is_ratio,
        metrics.metric_id in (
            select feeds.metric_id from {{ ref('metric_feeds') }} as feeds
            where feeds.feed in ('activity', 'tokens', 'unclassified_tokens', 'cost')
        ) as is_about_usage
    from {{ ref('metrics') }} as metrics
    cross join {{ ref('stg_run__context') }} as context

),

-- a registered metric has a row for every entity and week of its grain; use is known only of teams with people
spined as (

    select
        metrics.metric_id,
        metrics.interval_kind,
        metrics.is_about_people,
        metrics.is_duration,
        metrics.is_amount,
        metrics.is_ratio,
        spine.entity_type,
        spine.entity_id,
        spine.week_start_date,
        (spine.has_people or not metrics.is_about_usage)
        and spine.days_since_end >= metrics.mature_after_days as is_mature,
        coverage.completeness,
        coverage.cost_completeness
    from {{ ref('int_metrics__spine') }} as spine
    inner join metrics
        on '|' || metrics.entity_types || '|' like '%|' || spine.entity_type || '|%'
    left join {{ ref('int_metrics__coverage') }} as coverage
        on spine.scope = coverage.scope
        and metrics.metric_id = coverage.metric_id
        and spine.week_start_date = coverage.week_start_date
        and (spine.has_people or not metrics.is_about_usage)

),

-- zero is what a covered week without work has; where a feed has no source nothing is known
filled as (

    select
        spined.*,
        case when components.metric_id is null then cast(0 as double) else components.numerator end as numerator,
        coalesce(components.denominator, cast(0 as double)) as denominator,
        components.value,
        components.lower,
        components.upper,
        coalesce(components.n, 0) as n,
        coalesce(components.contributors, 0) as contributors,
        components.largest_share,
        -- a cost is only as complete as its tokens have prices
        spined.cost_completeness * coalesce(components.priced_share, cast(1 as double)) as priced_completeness,
        spined.completeness is not null as is_known
    from spined
    left join components
        on spined.metric_id = components.metric_id
        and spined.entity_type = components.entity_type
        and spined.entity_id = components.entity_id
        and spined.week_start_date = components.week_start_date

)

select
    metric_id,
    entity_type,
    entity_id,
    week_start_date,
    case when is_known and not is_duration then numerator end as numerator,
    case when is_known and is_ratio then denominator end as denominator,
    case when not is_known then cast(null as double) when is_duration then value when not is_ratio then numerator end
        as value,
    case when is_known and interval_kind = 'order_statistic' then lower end as lower,
    case when is_known and interval_kind = 'order_statistic' then upper end as upper,
    case when is_known and not is_amount then n end as n,
    case when is_known and is_about_people then contributors end as contributors,
    case when is_known and is_about_people then largest_share end as largest_share,
    is_mature,
    least(completeness, coalesce(priced_completeness, completeness)) as completeness
from filled
