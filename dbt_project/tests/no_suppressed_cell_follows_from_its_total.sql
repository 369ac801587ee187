-- Under a published total the sum of the suppressed cells is known: it must be more than one group and enough people.
with cells as (

    select
        metric_id,
        entity_type,
        week_start_date,
        contributors,
        is_small_group or is_dominated or is_complementary as is_hidden
    from {{ ref('int_metrics__suppressed') }}
    where is_covered

),

published_totals as (

    select
        metric_id,
        week_start_date
    from cells
    where entity_type = 'organisation' and not is_hidden

)

select
    cells.metric_id,
    cells.entity_type,
    cells.week_start_date,
    count(*) filter (where cells.is_hidden) as hidden_cells,
    sum(case when cells.is_hidden then cells.contributors else 0 end) as hidden_people
from cells
inner join published_totals
    on cells.metric_id = published_totals.metric_id
    and cells.week_start_date = published_totals.week_start_date
cross join {{ ref('stg_run__context') }} as context
where cells.entity_type != 'organisation'
group by cells.metric_id, cells.entity_type, cells.week_start_date
having bool_or(cells.is_hidden)
    and bool_or(not cells.is_hidden and cells.contributors > 0)
    and (
        count(*) filter (where cells.is_hidden) < 2
        or sum(case when cells.is_hidden then cells.contributors else 0 end) < max(context.min_group_size)
    )
