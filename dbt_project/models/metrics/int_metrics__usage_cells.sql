{%- set metric_ids = [
    'uncached_input_tokens',
    'cache_read_tokens',
    'cache_write_tokens',
    'output_tokens',
    'unclassified_input_tokens',
    'cost_usd',
] -%}
-- a contributor is a person, or an account that no person is known to hold; person keys end here
with contributors as (

    {% for entity_type, entity_id in [('team', 'usage_days.team_id'), ('organisation', 'context.organisation')] -%}
        select
            '{{ entity_type }}' as entity_type,
            {{ entity_id }} as entity_id,
            cast(date_trunc('week', usage_days.usage_date) as date) as week_start_date,
            coalesce(usage_days.person_key, usage_days.account) as contributor,
            bool_or(usage_days.person_key is not null) as is_person,
            bool_or(usage_days.actor_kind in ('bot', 'agent')) as is_machine,
            {% for metric_id in metric_ids -%}
                cast(sum(usage_days.{{ metric_id }}) as decimal(28, 6)) as {{ metric_id }},
            {% endfor -%}
            sum(usage_days.all_tokens) as all_tokens,
            sum(usage_days.unpriced_tokens) as unpriced_tokens
        from {{ ref('fct_usage_days') }} as usage_days
        {% if entity_type == 'organisation' %}cross join {{ ref('stg_run__context') }} as context{% endif %}
        group by
            {{ entity_id }},
            cast(date_trunc('week', usage_days.usage_date) as date),
            coalesce(usage_days.person_key, usage_days.account)
        {% if not loop.last %}union all
        {% endif %}
    {%- endfor %}

),

totals as (

    {% for metric_id in metric_ids -%}
        select
            '{{ metric_id }}' as metric_id,
            entity_type,
            entity_id,
            week_start_date,
            cast(coalesce(sum({{ metric_id }}), 0) as double) as amount,
            count(distinct case when is_person and {{ metric_id }} > 0 then contributor end) as contributors,
            cast(max(case when not is_machine then {{ metric_id }} end) as double) as largest_amount,
            -- only a cost needs prices; without tokens there is nothing that lacks one
            {% if metric_id == 'cost_usd' -%}
                1 - coalesce(sum(unpriced_tokens) / nullif(cast(sum(all_tokens) as double), 0), 0) as priced_share
            {%- else -%}
                cast(1 as double) as priced_share
            {%- endif %}
        from contributors
        group by entity_type, entity_id, week_start_date
        {% if not loop.last %}union all
        {% endif %}
    {%- endfor %}

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
