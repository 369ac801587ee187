{# The grain of a model, as a test: fails with the colliding or null keys and how often each occurs. #}
{% test one_row_per(model, keys) %}
    select {{ keys | join(', ') }}, count(*) as row_count
    from {{ model }}
    group by {{ keys | join(', ') }}
    having count(*) > 1
        {% for key in keys %}or {{ key }} is null{% if not loop.last %} {% endif %}{% endfor %}
{% endtest %}
