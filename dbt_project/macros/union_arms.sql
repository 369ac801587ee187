{# The arms of a conformed model as one relation. `columns`: name -> type, in the order of the result. `arms`: names of
   models. An arm declares its own columns in its yml; each other column becomes null of the declared type. #}
{% macro union_arms(columns, arms) -%}
    {%- for arm in arms -%}
        {%- set own = [] -%}
        {%- if execute and graph.nodes is not defined -%}
            {#- dbt compiles unit tests without the graph, after it has built the arms beside the model #}
            {%- set built = adapter.get_relation(model.database, model.schema, arm) -%}
            {%- set own = adapter.get_columns_in_relation(built) | map(attribute='name') | list -%}
        {%- elif execute -%}
            {%- set nodes = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
            {%- set own = (nodes | selectattr('name', 'equalto', arm) | first).columns.keys() | list -%}
        {%- endif -%}
        select
            {%- for name, data_type in columns.items() %}
            {{ name if name in own else 'cast(null as ' ~ data_type ~ ') as ' ~ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ ref(arm) }} as arm_{{ loop.index }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# The sum of two numbers of which either may be unknown; null when both are. #}
{% macro known_sum(one, other) -%}
    case when coalesce({{ one }}, {{ other }}) is not null then coalesce({{ one }}, 0) + coalesce({{ other }}, 0) end
{%- endmacro %}
