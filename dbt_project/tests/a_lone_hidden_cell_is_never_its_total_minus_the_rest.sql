-- Exactly one protected team or service under a published total could be computed by subtraction.
with cells as (

    select
        *,
        is_small_group or is_dominated or is_complementary as is_hidden
    from {{ ref('int_metrics__suppression') }}
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
    cells.week_start_date
from cells
inner join published_totals
    on cells.metric_id = published_totals.metric_id
    and cells.week_start_date = published_totals.week_start_date
where cells.entity_type != 'organisation'
group by cells.metric_id, cells.entity_type, cells.week_start_date
having count(*) > 1
    and count(*) filter (where cells.is_hidden) = 1
