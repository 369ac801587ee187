{#- A revert of a revert of a revert is followed five levels down; a sixth is ignored. -#}
{%- set levels = 5 -%}
with pairs as (

    select * from {{ ref('int_changes__revert_pairs') }}

),

{%- for level in range(1, levels + 1) %}

    level_{{ level }} as (

        {% if level == 1 -%}
            select
                reverted_id,
                reverting_id,
                reverted_at,
                1 as depth
            from pairs
        {%- else -%}
            select
                level_{{ level - 1 }}.reverted_id,
                pairs.reverting_id,
                pairs.reverted_at,
                {{ level }} as depth
            from level_{{ level - 1 }}
            inner join pairs
                on level_{{ level - 1 }}.reverting_id = pairs.reverted_id
        {%- endif %}

    ),
{%- endfor %}

chained as (

    {% for level in range(1, levels + 1) -%}
        select * from level_{{ level }}
        {% if not loop.last %}union all
        {% endif %}
    {%- endfor %}

)

select
    changes.change_id,
    min(chained.reverted_at) filter (where chained.depth = 1) as reverted_at,
    -- the latest revert of the chain decides: an odd distance takes the change out, an even one puts it back
    max_by(chained.depth % 2 = 1, chained.reverted_at) as is_out_of_effect,
    max_by(chained.depth % 2 = 0, chained.reverted_at) as is_reapplied
from chained
inner join {{ ref('int_changes__unioned') }} as changes
    on chained.reverted_id = changes.change_id
group by changes.change_id
