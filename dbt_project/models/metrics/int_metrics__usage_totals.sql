{%- set measures = {
    'uncached_input_tokens': 'tokens',
    'cache_read_tokens': 'tokens',
    'cache_write_tokens': 'tokens',
    'output_tokens': 'tokens',
    'unclassified_input_tokens': 'unclassified_tokens',
    'cost_usd': 'cost',
} -%}
with measures as (

    {% for metric_id, measure in measures.items() -%}
        select
            '{{ metric_id }}' as metric_id,
            '{{ measure }}' as measure{% if not loop.last %}
            union all{% endif %}
    {% endfor %}
),

spined as (

    select
        measures.metric_id,
        entity_weeks.entity_type,
        entity_weeks.entity_id,
        entity_weeks.week_start_date,
        entity_weeks.days_since_end >= metrics.maturity_days as is_mature,
        coverage.completeness,
        cells.amount,
        cells.contributors,
        cells.largest_amount,
        -- the share of the tokens that has a price; without tokens there is nothing that lacks one
        case
            when measures.measure = 'cost'
                then 1 - coalesce(cells.unpriced_tokens / nullif(cast(cells.all_tokens as double), 0), 0)
            else cast(1 as double)
        end as priced_share
    from {{ ref('int_usage__entity_weeks') }} as entity_weeks
    cross join measures
    inner join {{ ref('metrics') }} as metrics
        on measures.metric_id = metrics.metric_id
    left join {{ ref('int_usage__coverage_weeks') }} as coverage
        on measures.measure = coverage.measure
        and entity_weeks.week_start_date = coverage.week_start_date
    left join {{ ref('int_usage__entity_totals') }} as cells
        on measures.metric_id = cells.metric_id
        and entity_weeks.entity_type = cells.entity_type
        and entity_weeks.entity_id = cells.entity_id
        and entity_weeks.week_start_date = cells.week_start_date

),

totals as (

    -- a covered week without use is a measured 0; a cost of which more than 1 % has no price is unknown
    select
        *,
        case
            when completeness > 0 and priced_share >= 0.99 then cast(coalesce(amount, 0) as double)
        end as total
    from spined

)

select
    metric_id,
    entity_type,
    entity_id,
    week_start_date,
    total as numerator,
    cast(null as double) as denominator,
    total as value,
    cast(null as double) as lower,
    cast(null as double) as upper,
    cast(null as bigint) as n,
    coalesce(contributors, 0) as contributors,
    cast(largest_amount as double) / nullif(cast(amount as double), 0) as largest_share,
    is_mature,
    completeness * priced_share as completeness
from totals
