with context as (

    select * from {{ ref('stg_run__context') }}

),

metrics as (

    select
        metrics.*,
        coalesce(
            metrics.min_n,
            case metrics.interval_kind
                when 'wilson' then context.min_rate_n
                when 'order_statistic' then context.min_median_n
                else 0
            end
        ) as least_n,
        context.as_of
    from {{ ref('metrics') }} as metrics
    cross join context

),

guarded as (

    select * from {{ ref('int_metrics__guarded') }}

),

poisson as (

    select * from {{ ref('poisson_intervals') }}

),

-- ratios of sums; totals and medians bring their value along
valued as (

    select
        guarded.*,
        coalesce(
            guarded.value,
            metrics.scale * guarded.numerator / nullif(guarded.denominator, 0)
        ) as final_value
    from guarded
    inner join metrics
        on guarded.metric_id = metrics.metric_id

),

calculated as (

    select
        valued.*,
        metrics.definition_version,
        metrics.interval_kind,
        metrics.scale,
        metrics.as_of,
        case
            when valued.hidden_reason is not null then valued.hidden_reason
            when valued.value is null and valued.numerator is null and coalesce(valued.n, 1) > 0
                then 'not_covered'
            when not valued.is_mature and metrics.when_immature = 'withhold' then 'immature'
            when valued.final_value is null then 'no_denominator'
            when valued.n < metrics.least_n then 'small_sample'
        end as reason
    from valued
    inner join metrics
        on valued.metric_id = metrics.metric_id

)

select
    calculated.metric_id,
    calculated.definition_version,
    calculated.entity_type,
    calculated.entity_id,
    calculated.week_start_date,
    calculated.numerator,
    calculated.denominator,
    calculated.final_value as value,
    case calculated.interval_kind
        when 'wilson' then {{ wilson_lower('calculated.numerator', 'calculated.denominator') }}
        when 'poisson' then calculated.scale * poisson.lower / nullif(coalesce(calculated.denominator, 1), 0)
        else calculated.lower
    end as lower,
    case calculated.interval_kind
        when 'wilson' then {{ wilson_upper('calculated.numerator', 'calculated.denominator') }}
        when 'poisson' then calculated.scale * poisson.upper / nullif(coalesce(calculated.denominator, 1), 0)
        else calculated.upper
    end as upper,
    calculated.n,
    calculated.is_mature,
    calculated.reason,
    calculated.completeness,
    calculated.as_of
from calculated
left join poisson
    on calculated.interval_kind = 'poisson'
    and cast(calculated.numerator as bigint) = poisson.events
