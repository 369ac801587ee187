with metrics as (

    select * from {{ ref('metrics') }}

),

night as (

    select * from {{ ref('stg_run__night') }}

),

-- people are protected in every cell below the organisation, and of use and cost in the organisation's as well
cells as (

    select
        cells.*,
        coalesce(cells.completeness, 0) > 0 as is_covered,
        metrics.is_about_people and (cells.entity_type != 'organisation' or metrics.kind in ('activity', 'cost'))
            as is_guarded,
        metrics.kind in ('activity', 'cost') as is_use,
        night.smallest_group,
        night.dominance_share
    from {{ ref('int_metrics__all') }} as cells
    inner join metrics
        on cells.metric_id = metrics.metric_id
    cross join night

),

primary_rules as (

    select
        metric_id,
        entity_type,
        entity_id,
        week_start_date,
        contributors,
        smallest_group,
        is_covered,
        -- that nothing was merged by nobody is no fact about a person; that nobody of a team used a tool is
        is_covered and is_guarded
            and coalesce(contributors, 0) < smallest_group
            and (contributors is null or contributors > 0 or (is_use and entity_id != 'unassigned')) as is_small_group,
        is_covered and is_guarded and coalesce(largest_share > dominance_share, false) as is_dominated
    from cells

),

siblings as (

    select
        *,
        sum(case when is_small_group or is_dominated then 1 else 0 end) over family as hidden_cells,
        sum(case when (is_small_group or is_dominated) and coalesce(contributors, 1) > 0 then 1 else 0 end) over family
            as hidden_groups,
        sum(case when is_small_group or is_dominated then contributors else 0 end) over family as hidden_people,
        bool_or(entity_type = 'organisation' and is_covered and not is_small_group and not is_dominated)
            over (partition by metric_id, week_start_date) as is_total_published,
        -- only a visible group with people in it can cover for another
        row_number() over (
            partition by metric_id, entity_type, week_start_date
            order by
                case when is_covered and contributors > 0 and not is_small_group and not is_dominated then 0 else 1 end,
                contributors,
                entity_id
        ) as rank_by_size,
        is_covered and coalesce(contributors, 0) > 0 and not is_small_group and not is_dominated as is_visible_group
    from primary_rules
    window family as (partition by metric_id, entity_type, week_start_date)

)

-- what is hidden is the total minus what is not: one group alone, or too few people, take the smallest sibling along
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
        and (hidden_groups < 2 or hidden_people < smallest_group) as is_complementary
from siblings
