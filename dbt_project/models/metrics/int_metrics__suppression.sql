with metrics as (

    select * from {{ ref('metrics') }}

),

context as (

    select * from {{ ref('stg_run__context') }}

),

-- people are protected in every cell below the organisation, and in its own where it is about use or cost
cells as (

    select
        cells.metric_id,
        cells.entity_type,
        cells.entity_id,
        cells.week_start_date,
        cells.contributors,
        context.min_group_size,
        coalesce(cells.completeness, 0) > 0 as is_covered,
        metrics.kind in ('activity', 'cost') as is_use,
        metrics.is_about_people
        and coalesce(cells.completeness, 0) > 0
        and (cells.entity_type != 'organisation' or metrics.kind in ('activity', 'cost')) as is_guarded,
        coalesce(cells.largest_share > context.dominance_share, false) as is_carried_by_one
    from {{ ref('int_metrics__all') }} as cells
    inner join metrics
        on cells.metric_id = metrics.metric_id
    cross join context

),

primary_rules as (

    select
        *,
        -- that nothing was merged by nobody is no fact about a person; that nobody of a team used a tool is
        is_guarded
        and coalesce(contributors, 0) < min_group_size
        and (
            contributors is null
            or contributors > 0
            or (is_use and entity_id != 'unassigned')
        ) as is_small_group,
        is_guarded and is_carried_by_one as is_dominated
    from cells

),

marked as (

    select
        *,
        is_small_group or is_dominated as is_hidden,
        -- only a visible group with people in it can cover for another
        is_covered
        and coalesce(contributors, 0) > 0
        and not is_small_group
        and not is_dominated as is_visible_group
    from primary_rules

),

families as (

    select
        *,
        sum(case when is_hidden then 1 else 0 end) over family as hidden_cells,
        sum(case when is_hidden and coalesce(contributors, 1) > 0 then 1 else 0 end)
            over family as hidden_groups,
        sum(case when is_hidden then contributors else 0 end) over family as hidden_people,
        bool_or(entity_type = 'organisation' and is_covered and not is_hidden)
            over (partition by metric_id, week_start_date) as is_total_published,
        row_number() over (
            partition by metric_id, entity_type, week_start_date, is_visible_group
            order by coalesce(contributors, 0) asc, entity_id asc
        ) as rank_by_size
    from marked
    window family as (partition by metric_id, entity_type, week_start_date)

)

-- hidden is the total minus the visible: one group alone, or too few people, take the smallest sibling along
select
    metric_id,
    entity_type,
    entity_id,
    week_start_date,
    coalesce(contributors, 0) as contributors,
    is_covered,
    is_small_group,
    is_dominated,
    entity_type != 'organisation'
    and is_total_published
    and is_visible_group
    and rank_by_size = 1
    and hidden_cells > 0
    and (hidden_groups < 2 or hidden_people < min_group_size) as is_complementary
from families
