{# Every known value of a column lies within its bounds. Fails with the values that do not. #}
{% test values_between(model, column, at_least, at_most) %}
    select {{ column }} as value, count(*) as row_count
    from {{ model }}
    where {{ column }} is not null
        and {{ column }} not between {{ at_least }} and {{ at_most }}
    group by {{ column }}
{% endtest %}
