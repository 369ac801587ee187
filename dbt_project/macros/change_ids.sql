{# The key of a pull request, such as github:acme/app#12. `repository` as int_changes__repositories spells it. #}
{% macro github_change_id(repository, number) -%}
    'github:' || {{ repository }} || '#' || cast({{ number }} as string)
{%- endmacro %}
