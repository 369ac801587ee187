{# Wilson 95 % interval of k successes in n trials, as two expressions; null where n is 0 or unknown (outcomes B.4). #}

{% macro wilson_lower(k, n) -%} {{ wilson_bound(k, n, '-') }} {%- endmacro %}

{% macro wilson_upper(k, n) -%} {{ wilson_bound(k, n, '+') }} {%- endmacro %}

{% macro wilson_bound(k, n, sign) -%}
    {%- set z = "cast(1.959964 as double)" -%}
    {%- set p = "(cast(" ~ k ~ " as double) / nullif(cast(" ~ n ~ " as double), 0))" -%}
    {%- set n_double = "nullif(cast(" ~ n ~ " as double), 0)" -%}
    {#- the arithmetic may miss a rate of 0 or 1 by one digit in sixteen; an interval holds its own rate #}
    {{ 'greatest' if sign == '+' else 'least' }}({{ p }}, greatest(least(
        ({{ p }} + {{ z }} * {{ z }} / (2 * {{ n_double }})
            {{ sign }} {{ z }} * sqrt(greatest({{ p }} * (1 - {{ p }}) / {{ n_double }} + {{ z }} * {{ z }} / (4 * {{ n_double }} * {{ n_double }}), cast(0 as double))))
        / (1 + {{ z }} * {{ z }} / {{ n_double }}),
        case when {{ n_double }} is not null then cast(1 as double) end
    ), case when {{ n_double }} is not null then cast(0 as double) end))
{%- endmacro %}
