{# Several relations as one. `columns`: name -> type, in the order of the result. `arms`: pairs of a relation and the
   names of the columns that it lacks, which become null of the declared type. #}
{% macro union_arms(columns, arms) -%}
    {%- for relation, lacking in arms -%}
        select
            {%- for name, data_type in columns.items() %}
            {{ 'cast(null as ' ~ data_type ~ ') as ' ~ name if name in lacking else name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }} as arm_{{ loop.index }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# The sum of two numbers of which either may be unknown; null when both are. #}
{% macro known_sum(one, other) -%}
    case when coalesce({{ one }}, {{ other }}) is not null then coalesce({{ one }}, 0) + coalesce({{ other }}, 0) end
{%- endmacro %}
