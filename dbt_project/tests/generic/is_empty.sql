{# A model that lists violations must have no rows. #}
{% test is_empty(model) %}
    select * from {{ model }}
{% endtest %}
