{# The key of a change with a number, such as github:acme/app#12. `repository` as int_changes__repositories spells it. #}
{% macro change_id(source_system, repository, number) -%}
    {{ source_system }} || ':' || {{ repository }} || '#' || cast({{ number }} as string)
{%- endmacro %}
