{# The columns that one metric has in a wide KPI mart: what is published, or why it is not. #}
{% macro kpi_columns(metric_id, has_interval) -%}
    max(case when kpis.metric_id = '{{ metric_id }}' then kpis.value end) as {{ metric_id }},
    {%- if has_interval %}
    max(case when kpis.metric_id = '{{ metric_id }}' then kpis.lower end) as {{ metric_id }}_lower,
    max(case when kpis.metric_id = '{{ metric_id }}' then kpis.upper end) as {{ metric_id }}_upper,
    max(case when kpis.metric_id = '{{ metric_id }}' then kpis.n end) as {{ metric_id }}_n,
    {%- endif %}
    max(case when kpis.metric_id = '{{ metric_id }}' then kpis.maturity end) as {{ metric_id }}_maturity,
    max(case when kpis.metric_id = '{{ metric_id }}' then kpis.reason end) as {{ metric_id }}_reason
{%- endmacro %}
