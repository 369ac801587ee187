with metrics as (

    select
        metrics.metric_id,
        metrics.unit,
        metrics.interval_kind,
        metrics.entity_types,
        metrics.is_about_people,
        case when metrics.metric_id = 'merge_rate_14d' then context.cohort_days else metrics.maturity_days end
            as maturity_days
    from {{ ref('metrics') }} as metrics
    cross join {{ ref('stg_run__context') }} as context
    inner join (select distinct metric_id from {{ ref('outcome_coverage') }}) as outcome_metrics
        on metrics.metric_id = outcome_metrics.metric_id

),

spine as (

    select * from {{ ref('int_metrics__outcome_spine') }}

),

cells as (

    select * from {{ ref('int_metrics__outcome_cells') }}

),

coverage as (

    select * from {{ ref('int_metrics__outcome_coverage') }}

),

joined as (

    select
        metrics.metric_id,
        metrics.interval_kind,
        metrics.is_about_people,
        spine.entity_type,
        spine.entity_id,
        spine.week_start_date,
        spine.days_since_end >= metrics.maturity_days as is_mature,
        coverage.completeness,
        metrics.unit = 'hours' as is_duration,
        metrics.interval_kind in ('wilson', 'poisson') as is_ratio,
        cells.hits,
        cells.tries,
        cells.n,
        cells.contributors,
        cells.largest_share,
        cells.median_hours,
        cells.p75_hours,
        cells.p90_hours,
        cells.lower_hours,
        cells.upper_hours
    from spine
    inner join metrics
        on '|' || metrics.entity_types || '|' like '%|' || spine.entity_type || '|%'
    left join coverage
        on spine.scope = coverage.scope
        and metrics.metric_id = coverage.metric_id
        and spine.week_start_date = coverage.week_start_date
    left join cells
        on metrics.metric_id = cells.metric_id
        and spine.entity_type = cells.entity_type
        and spine.entity_id = cells.entity_id
        and spine.week_start_date = cells.week_start_date

)

-- zero is what a covered week without work has; without a source nothing is known
select
    metric_id,
    entity_type,
    entity_id,
    week_start_date,
    case when not is_duration and completeness is not null then coalesce(hits, cast(0 as double)) end
        as numerator,
    case when is_ratio and completeness is not null then coalesce(tries, cast(0 as double)) end
        as denominator,
    case
        when completeness is null then cast(null as double)
        when metric_id = 'cycle_time_p75_hours' then p75_hours
        when metric_id = 'cycle_time_p90_hours' then p90_hours
        when is_duration then median_hours
        when not is_ratio then coalesce(hits, cast(0 as double))
    end as value,
    case when interval_kind = 'order_statistic' and completeness is not null then lower_hours end as lower,
    case when interval_kind = 'order_statistic' and completeness is not null then upper_hours end as upper,
    case
        when completeness is null then cast(null as bigint)
        when is_ratio then cast(coalesce(tries, cast(0 as double)) as bigint)
        else coalesce(n, 0)
    end as n,
    case when is_about_people and completeness is not null then coalesce(contributors, 0) end as contributors,
    case when is_about_people and completeness is not null then largest_share end as largest_share,
    is_mature,
    completeness
from joined
