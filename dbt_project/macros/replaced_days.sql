{# Incremental models of usage replace whole days: delete+insert on DuckDB, insert_overwrite on Spark. Both replace a day
   only if the new rows contain it, so a replaced day that has become empty needs one row. This file is the only place
   that knows of this empty row: it has a day and constants, but no account and no measure. #}

{# A condition on usage_date, of a model's CTE of days. A full build takes every day. #}
{% macro on_days_of(days) -%}
    {%- if is_incremental() -%} usage_date in (select {{ days }}.usage_date from {{ days }}) {%- else -%} true {%- endif -%}
{%- endmacro %}

{# What the last select of such a model reads from: every row of `rows`, and an empty one for each day of the CTE
   `replaced_days` without any. Select the day itself with `replaced_day`. #}
{% macro rows_and_empty_days(rows) -%}
    replaced_days
{% if is_incremental() %}left{% else %}full outer{% endif %} join {{ rows }}
    on replaced_days.usage_date = {{ rows }}.usage_date
{%- endmacro %}

{% macro replaced_day(rows) -%}
    coalesce({{ rows }}.usage_date, replaced_days.usage_date)
{%- endmacro %}

{# The rows of such a model without the empty ones. Every reader goes through it. #}
{% macro rows_of(relation) -%}
    (select * from {{ relation }} where account is not null)
{%- endmacro %}
