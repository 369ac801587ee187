{# The arms of a conformed model as one relation. `columns`: name -> type, in the order of the result. `arms`: names of
   models. An arm declares its own columns in its yml; each other column becomes null of the declared type. `place`: name
   of one more column, the arm's place in the list, where the first of several arms is to be believed. A unit test gives
   the arms that it is about; the others have no rows in it. #}
{% macro union_arms(columns, arms, place=none) -%}
    {%- set is_unit_test = execute and graph.nodes is not defined -%}
    {%- for arm in arms if not is_unit_test or 'model.' ~ project_name ~ '.' ~ arm in model.depends_on.nodes -%}
        {%- set own = columns_of_arm(arm) if execute else [] -%}
        select
            {%- for name, data_type in columns.items() %}
            {{ name if name in own else 'cast(null as ' ~ data_type ~ ') as ' ~ name }}{{ ',' if place or not loop.last }}
            {%- endfor %}
            {{ loop.index ~ ' as ' ~ place if place }}
        from {{ ref(arm) }} as arm_{{ loop.index }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{# The columns that a model declares. A unit test does not see the project: it takes those of the built relation. #}
{% macro columns_of_arm(arm) -%}
    {%- if graph.nodes is defined -%}
        {%- set nodes = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') -%}
        {{ return((nodes | selectattr('name', 'equalto', arm) | first).columns.keys() | list) }}
    {%- endif -%}
    {%- for schema in ['staging', 'conformed'] -%}
        {%- set relation = adapter.get_relation(target.database, schema, arm) -%}
        {%- if relation -%}
            {{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | list) }}
        {%- endif -%}
    {%- endfor -%}
{%- endmacro %}

{# The sum of two numbers of which either may be unknown; null when both are. #}
{% macro known_sum(one, other) -%}
    case when coalesce({{ one }}, {{ other }}) is not null then coalesce({{ one }}, 0) + coalesce({{ other }}, 0) end
{%- endmacro %}
