with night as (

    select * from {{ ref('stg_run__night') }}

),

metrics as (

    select
        metrics.*,
        coalesce(
            metrics.smallest_n,
            case metrics.interval_kind
                when 'wilson' then night.smallest_rate_n
                when 'order_statistic' then night.smallest_median_n
                else 0
            end
        ) as least_n,
        night.as_of
    from {{ ref('metrics') }} as metrics
    cross join night

),

guarded as (

    select * from {{ ref('int_metrics__guarded') }}

),

poisson as (

    select * from {{ ref('poisson_intervals') }}

),

published as (

    select * from {{ ref('stg_run__published_values') }}

),

calculated as (

    select
        guarded.*,
        metrics.definition_version,
        metrics.interval_kind,
        metrics.scale,
        metrics.as_of,
        -- ratios of sums; totals and medians bring their value along
        coalesce(guarded.value, metrics.scale * guarded.numerator / nullif(guarded.denominator, 0)) as raw_value,
        case
            when guarded.hidden_reason is not null then guarded.hidden_reason
            when guarded.value is null and guarded.numerator is null and coalesce(guarded.n, 1) > 0 then 'not_covered'
            when not guarded.is_mature and metrics.when_immature = 'withhold' then 'immature'
            when coalesce(guarded.value, metrics.scale * guarded.numerator / nullif(guarded.denominator, 0)) is null
                then 'no_denominator'
            when guarded.n < metrics.least_n then 'small_sample'
        end as reason
    from guarded
    inner join metrics
        on guarded.metric_id = metrics.metric_id

),

bounded as (

    select
        calculated.*,
        case calculated.interval_kind
            when 'wilson' then {{ wilson_lower('calculated.numerator', 'calculated.denominator') }}
            when 'poisson' then calculated.scale * poisson.lower / nullif(coalesce(calculated.denominator, 1), 0)
            else calculated.lower
        end as raw_lower,
        case calculated.interval_kind
            when 'wilson' then {{ wilson_upper('calculated.numerator', 'calculated.denominator') }}
            when 'poisson' then calculated.scale * poisson.upper / nullif(coalesce(calculated.denominator, 1), 0)
            else calculated.upper
        end as raw_upper
    from calculated
    left join poisson
        on calculated.interval_kind = 'poisson'
        and cast(calculated.numerator as bigint) = poisson.events

),

matured as (

    select
        bounded.*,
        case
            when not bounded.is_mature then 'provisional'
            when published.maturity = 'restated' then 'restated'
            when published.maturity = 'final' and (
                (bounded.reason is null) != (published.value is not null)
                or abs(bounded.raw_value - published.value) > 1e-9 * greatest(abs(published.value), 1)
            ) then 'restated'
            else 'final'
        end as maturity
    from bounded
    left join published
        on bounded.metric_id = published.metric_id
        and bounded.entity_type = published.entity_type
        and bounded.entity_id = published.entity_id
        and bounded.week_start_date = published.week_start_date

)

-- what a withheld cell may still say: how many there were, where that gives nobody away
select
    metric_id,
    definition_version,
    entity_type,
    entity_id,
    week_start_date,
    case when reason is null or reason = 'no_denominator' then numerator end as numerator,
    case when reason is null or reason in ('no_denominator', 'small_sample', 'immature') then denominator end
        as denominator,
    case when reason is null then raw_value end as value,
    case when reason is null then raw_lower end as lower,
    case when reason is null then raw_upper end as upper,
    case when reason is null or reason in ('no_denominator', 'small_sample', 'immature') then n end as n,
    maturity,
    reason,
    completeness,
    as_of
from matured
