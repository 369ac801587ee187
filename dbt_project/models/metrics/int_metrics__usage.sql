{%- set families = [
    'int_metrics__usage_totals',
    'int_metrics__cost_per_change',
    'int_metrics__active_share',
] -%}
{%- for family in families %}
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
        is_mature,
        completeness
    from {{ ref(family) }}
    {% if not loop.last %}
        union all
    {% endif %}
{%- endfor %}
