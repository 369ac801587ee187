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

{# The columns of every outcome, in the order in which a reader asks. #}
{% macro outcome_kpi_columns() -%}
    {% set metrics = [
        ('merge_rate_14d', true),
        ('merge_rate', true),
        ('merged_changes', false),
        ('cycle_time_hours', true),
        ('cycle_time_p75_hours', false),
        ('cycle_time_p90_hours', false),
        ('coding_time_hours', true),
        ('pickup_time_hours', true),
        ('review_time_hours', true),
        ('merge_wait_hours', true),
        ('commit_to_merge_hours', true),
        ('deploy_wait_hours', true),
        ('review_coverage', true),
        ('revert_rate_30d', true),
        ('ai_assisted_share', true),
        ('deployment_frequency', false),
        ('change_failure_rate', true),
        ('change_failure_rate_inferred', true),
        ('recovery_time_hours', true),
        ('incident_rate', true),
    ] -%}
    {% for metric_id, has_interval in metrics %}{{ kpi_columns(metric_id, has_interval) }},
    {% endfor %}
{%- endmacro %}

{# The columns of every use and cost: what stands only beside outcomes. #}
{% macro usage_kpi_columns() -%}
    {% set metrics = [
        ('active_share', true),
        ('active_share_raw', true),
        ('uncached_input_tokens', false),
        ('cache_read_tokens', false),
        ('cache_write_tokens', false),
        ('output_tokens', false),
        ('unclassified_input_tokens', false),
        ('cost_usd', false),
        ('cost_per_merged_change_usd', false),
    ] -%}
    {% for metric_id, has_interval in metrics %}{{ kpi_columns(metric_id, has_interval) }},
    {% endfor %}
{%- endmacro %}
