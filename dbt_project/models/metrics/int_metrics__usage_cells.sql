{%- set metric_ids = [
    'uncached_input_tokens',
    'cache_read_tokens',
    'cache_write_tokens',
    'output_tokens',
    'unclassified_input_tokens',
    'cost_usd',
] -%}
with contributions as (

    {% for metric_id in metric_ids -%}
        select
            '{{ metric_id }}' as metric_id,
            entity_type,
            entity_id,
            week_start_date,
            contributor,
            is_person,
            is_machine,
            cast({{ metric_id }} as decimal(28, 6)) as amount,
            all_tokens,
            unpriced_tokens
        from {{ ref('int_metrics__usage_contributors') }}
        {% if not loop.last %}union all
        {% endif %}
    {%- endfor %}

),

totals as (

    select
        metric_id,
        entity_type,
        entity_id,
        week_start_date,
        cast(coalesce(sum(amount), 0) as double) as amount,
        count(distinct case when is_person and amount > 0 then contributor end) as contributors,
        cast(max(case when not is_machine then amount end) as double) as largest_amount,
        -- only a cost needs prices; without tokens there is nothing that lacks one
        case
            when metric_id = 'cost_usd'
                then 1 - coalesce(sum(unpriced_tokens) / nullif(cast(sum(all_tokens) as double), 0), 0)
            else cast(1 as double)
        end as priced_share
    from contributions
    group by metric_id, entity_type, entity_id, week_start_date

)

select
    metric_id,
    entity_type,
    entity_id,
    week_start_date,
    -- a cost of which more than 1 % of the tokens has no price is unknown
    case when priced_share >= 0.99 then amount end as numerator,
    cast(null as double) as denominator,
    cast(null as double) as value,
    cast(null as double) as lower,
    cast(null as double) as upper,
    cast(null as bigint) as n,
    contributors,
    largest_amount / nullif(amount, 0) as largest_share,
    priced_share
from totals
