{# No row of a model may meet the condition. Fails with the rows that do. #}
{% test is_empty_where(model, condition) %}
    select * from {{ model }} where {{ condition }}
{% endtest %}
