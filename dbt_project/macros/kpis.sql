{# The columns of a wide KPI mart, from its contract: every column whose meta names a metric and one of the columns of
   kpi_values. scripts/kpi_marts.py writes those contracts from seeds/metrics.csv. #}
{% macro kpi_columns() -%}
    {% for column in model.columns.values() if column.config.meta.metric is defined -%}
        max(case when kpis.metric_id = '{{ column.config.meta.metric }}' then kpis.{{ column.config.meta.part }} end)
            as {{ column.name }},
    {% endfor %}
{%- endmacro %}
