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
        is_small_group or is_dominated as is_hidden,
        sum(case when is_small_group or is_dominated then 1 else 0 end)
            over (partition by metric_id, entity_type, week_start_date) as hidden_siblings,
        bool_or(entity_type = 'organisation' and is_covered and not is_small_group and not is_dominated)
            over (partition by metric_id, week_start_date) as is_total_published,
        row_number() over (
            partition by metric_id, entity_type, week_start_date, is_covered and not is_small_group and not is_dominated
            order by coalesce(contributors, 0), entity_id
        ) as rank_by_size
    from primary_rules

)

-- one hidden cell is the total minus its siblings: the smallest of them goes as well
select
    metric_id,
    entity_type,
    entity_id,
    week_start_date,
    is_covered,
    is_small_group,
    is_dominated,
    entity_type != 'organisation'
        and is_covered
        and not is_hidden
        and is_total_published
        and hidden_siblings = 1
        and rank_by_size = 1 as is_complementary
from siblings
