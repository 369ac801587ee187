{%- for family in ['int_metrics__changes', 'int_metrics__delivery', 'int_metrics__usage'] %}
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
