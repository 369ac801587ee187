with metrics as (

    select
        metrics.*,
        coalesce(
            metrics.min_n,
            case metrics.interval_kind
                when 'wilson' then context.min_rate_n
                when 'order_statistic' then context.min_median_n
                else 0
            end
        ) as required_n,
        context.as_of
    from {{ ref('metrics') }} as metrics
    cross join {{ ref('stg_run__context') }} as context

),

-- ratios are ratios of sums; totals and medians bring their value along
valued as (

    select
        cells.*,
        metrics.definition_version,
        metrics.interval_kind,
        metrics.when_immature,
        metrics.required_n,
        metrics.as_of,
        metrics.scale,
        nullif(coalesce(cells.denominator, 1), 0) as exposure,
        coalesce(cells.value, metrics.scale * cells.numerator / nullif(cells.denominator, 0)) as final_value
    from {{ ref('int_metrics__suppressed') }} as cells
    inner join metrics
        on cells.metric_id = metrics.metric_id

),

reasoned as (

    select
        *,
        case
            when hidden_reason is not null then hidden_reason
            when value is null and numerator is null and coalesce(n, 1) > 0 then 'not_covered'
            when not is_mature and when_immature = 'withhold' then 'immature'
            when final_value is null then 'no_denominator'
            when n < required_n then 'small_sample'
        end as reason
    from valued

),

evaluated as (

    select
        cells.*,
        case cells.interval_kind
            when 'wilson' then {{ wilson_lower('cells.numerator', 'cells.denominator') }}
            when 'poisson' then cells.scale * poisson.lower / cells.exposure
            else cells.lower
        end as final_lower,
        case cells.interval_kind
            when 'wilson' then {{ wilson_upper('cells.numerator', 'cells.denominator') }}
            when 'poisson' then cells.scale * poisson.upper / cells.exposure
            else cells.upper
        end as final_upper,
        case
            when not cells.is_mature then 'provisional'
            when published.maturity = 'restated' then 'restated'
            when published.maturity = 'final' and (
                (cells.reason is null) != (published.value is not null)
                or abs(cells.final_value - published.value) > 1e-9 * greatest(abs(published.value), 1)
            ) then 'restated'
            else 'final'
        end as maturity
    from reasoned as cells
    left join {{ ref('poisson_intervals') }} as poisson
        on cells.interval_kind = 'poisson'
        and cast(cells.numerator as bigint) = poisson.events
    left join {{ source('run', 'published_values') }} as published
        on cells.metric_id = published.metric_id
        and cells.entity_type = published.entity_type
        and cells.entity_id = published.entity_id
        and cells.week_start_date = published.week_start_date

)

-- what a cell without a value may still show: how many there were, where that discloses no person
select
    metric_id,
    definition_version,
    entity_type,
    entity_id,
    week_start_date,
    case when reason is null or reason = 'no_denominator' then numerator end as numerator,
    case when reason is null or reason in ('no_denominator', 'small_sample', 'immature') then denominator end
        as denominator,
    case when reason is null then final_value end as value,
    case when reason is null then final_lower end as lower,
    case when reason is null then final_upper end as upper,
    case when reason is null or reason in ('no_denominator', 'small_sample', 'immature') then n end as n,
    maturity,
    reason,
    completeness,
    as_of
from evaluated
