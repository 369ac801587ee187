{# The newest version of each key of a landed relation, without the rows that are deleted in it. Stands in a from clause.
   A version whose time is unknown is older than any other; of equal times the last landed counts. #}
{% macro newest_not_deleted(relation, key, version=none) -%}
    (
        select * from (
            select * from {{ relation }}
            qualify row_number() over (
                partition by {{ key | join(', ') }}
                order by {{ version ~ ' desc nulls last, ' if version }}_as_of desc, _load_id desc
            ) = 1
        ) as newest
        where not coalesce(is_deleted, false)
    )
{%- endmacro %}
