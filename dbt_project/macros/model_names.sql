{# A model's name without what vendors put around it (prefix, date, context size), as seeds/model_aliases.csv and
   seeds/model_prices.csv spell it: us.anthropic.claude-sonnet-4-5-20250929-v1:0, claude-sonnet-4.5[1m] and
   claude-sonnet-4-5 are one model. #}
{% macro plain_model_name(model) -%}
    {%- set name = "replace(replace(replace(lower(trim(" ~ model ~ ")), '[1m]', ''), ' ', '-'), '@', '-')" -%}
    {%- set name = "regexp_replace(" ~ name ~ ", '^(.*/|([a-z]+[.])?anthropic[.])', '')" -%}
    {%- set endings = "'(-v[0-9]+:[0-9]+|-latest|-1m|-20[0-9][0-9]-?[0-1][0-9]-?[0-3][0-9])+$'" -%}
    {%- set name = "regexp_replace(" ~ name ~ ", " ~ endings ~ ", '')" -%}
    case when {{ name }} like 'claude%' then replace({{ name }}, '.', '-') else {{ name }} end
{%- endmacro %}
