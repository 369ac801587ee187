{# Wilson 95 % interval of k successes in n trials, as two expressions; null where n is 0 or unknown (outcomes B.4). #}

{% macro wilson_lower(k, n) -%} {{ wilson_bound(k, n, '-') }} {%- endmacro %}

{% macro wilson_upper(k, n) -%} {{ wilson_bound(k, n, '+') }} {%- endmacro %}

{% macro wilson_bound(k, n, sign) -%}
    {%- set z = "cast(1.959964 as double)" -%}
    {%- set trials = "nullif(cast(" ~ n ~ " as double), 0)" -%}
    {%- set p = "(cast(" ~ k ~ " as double) / " ~ trials ~ ")" -%}
    {%- set bound -%}
        ({{ p }} + {{ z }} * {{ z }} / (2 * {{ trials }})
            {{ sign }} {{ z }} * sqrt({{ p }} * (1 - {{ p }}) / {{ trials }} + {{ z }} * {{ z }} / (4 * {{ trials }} * {{ trials }})))
        / (1 + {{ z }} * {{ z }} / {{ trials }})
    {%- endset -%}
    {#- rounding at 0 of n and n of n must not put the share outside of its own interval -#}
    {%- if sign == '-' -%}
    case when {{ trials }} is not null then greatest(least({{ bound }}, {{ p }}), cast(0 as double)) end
    {%- else -%}
    case when {{ trials }} is not null then least(greatest({{ bound }}, {{ p }}), cast(1 as double)) end
    {%- endif -%}
{%- endmacro %}
