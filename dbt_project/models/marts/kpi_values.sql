with judged as (

    select * from {{ ref('int_metrics__judged') }}

),

published as (

    select * from {{ ref('stg_run__published_values') }}

),

matured as (

    select
        judged.*,
        case
            when not judged.is_mature then 'provisional'
            when published.maturity = 'restated' then 'restated'
            when published.maturity = 'final' and (
                (judged.reason is null) != (published.value is not null)
                or abs(judged.value - published.value) > 1e-9 * greatest(abs(published.value), 1)
            ) then 'restated'
            else 'final'
        end as maturity
    from judged
    left join published
        on judged.metric_id = published.metric_id
        and judged.entity_type = published.entity_type
        and judged.entity_id = published.entity_id
        and judged.week_start_date = published.week_start_date

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
    case when reason is null then value end as value,
    case when reason is null then lower end as lower,
    case when reason is null then upper end as upper,
    case when reason is null or reason in ('no_denominator', 'small_sample', 'immature') then n end as n,
    maturity,
    reason,
    completeness,
    as_of
from matured
