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
        from {{ ref('int_usage__contributor_weeks') }}
        {% if not loop.last %}union all
        {% endif %}
    {%- endfor %}

)

select
    metric_id,
    entity_type,
    entity_id,
    week_start_date,
    sum(amount) as amount,
    count(distinct case when is_person and amount > 0 then contributor end) as contributors,
    max(case when not is_machine then amount end) as largest_amount,
    sum(unpriced_tokens) as unpriced_tokens,
    sum(all_tokens) as all_tokens
from contributions
group by metric_id, entity_type, entity_id, week_start_date
