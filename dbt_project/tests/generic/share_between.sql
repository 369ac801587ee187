{# A plausibility bound on a ratio of sums. Fails with the share and both its parts. #}
{% test share_between(model, numerator, denominator, at_least, at_most) %}
    with totals as (

        select sum({{ numerator }}) as numerator, sum({{ denominator }}) as denominator
        from {{ model }}

    )

    select
        numerator,
        denominator,
        numerator / nullif(cast(denominator as double), 0) as share
    from totals
    where numerator / nullif(cast(denominator as double), 0) not between {{ at_least }} and {{ at_most }}
{% endtest %}
