-- people are protected in every cell below the organisation, and in its own where it is about use or cost
with cells as (

    select
        cells.*,
        metrics.kind,
        metrics.counter_metric,
        metrics.kind in ('activity', 'cost') as is_use,
        coalesce(cells.completeness, 0) > 0 as is_covered,
        metrics.is_about_people
        and coalesce(cells.completeness, 0) > 0
        and (cells.entity_type != 'organisation' or metrics.kind in ('activity', 'cost')) as is_protected,
        context.min_group_size,
        context.dominance_share
    from {{ ref('int_metrics__cells') }} as cells
    inner join {{ ref('metrics') }} as metrics
        on cells.metric_id = metrics.metric_id
    cross join {{ ref('stg_run__context') }} as context

),

-- an outcome without contributors says nothing about a person; use without contributors says that no member used it
primary_rules as (

    select
        *,
        is_protected
        and coalesce(contributors, 0) < min_group_size
        and (contributors is null or contributors > 0 or (is_use and entity_id != 'unassigned')) as is_small_group,
        is_protected and coalesce(largest_share > dominance_share, false) as is_dominated
    from cells

),

marked as (

    select
        *,
        is_small_group or is_dominated as is_hidden,
        -- only a visible group with people in it can cover for another
        is_covered and coalesce(contributors, 0) > 0 and not is_small_group and not is_dominated as is_visible_group
    from primary_rules

),

families as (

    select
        *,
        sum(case when is_hidden then 1 else 0 end) over family as hidden_cells,
        sum(case when is_hidden and coalesce(contributors, 1) > 0 then 1 else 0 end) over family as hidden_groups,
        sum(case when is_hidden then contributors else 0 end) over family as hidden_people,
        bool_or(entity_type = 'organisation' and is_covered and not is_hidden)
            over (partition by metric_id, week_start_date) as is_total_published,
        row_number() over (
            partition by metric_id, entity_type, week_start_date, is_visible_group
            order by coalesce(contributors, 0) asc, entity_id asc
        ) as rank_by_size
    from marked
    window family as (partition by metric_id, entity_type, week_start_date)

),

-- hidden is the total minus the visible: one group alone, or too few people, take the smallest sibling along
complemented as (

    select
        *,
        entity_type != 'organisation' and is_total_published and is_visible_group and rank_by_size = 1
        and hidden_cells > 0 and (hidden_groups < 2 or hidden_people < min_group_size) as is_complementary
    from families

),

visible as (

    select
        *,
        is_covered and not is_hidden and not is_complementary as is_visible,
        bool_or(kind = 'outcome' and is_covered) over entity as has_covered_outcome,
        bool_or(kind = 'outcome' and is_covered and not is_hidden and not is_complementary) over entity as has_outcome
    from complemented
    window entity as (partition by entity_type, entity_id, week_start_date)

)

select
    visible.*,
    case
        when not visible.is_covered then 'not_covered'
        when visible.is_small_group then 'small_group'
        when visible.is_dominated or visible.is_complementary then 'suppressed'
        -- an activity or a cost is published beside its counter-metric and an outcome, or not at all
        when not visible.is_use then cast(null as string)
        when not coalesce(counter_metrics.is_covered and visible.has_covered_outcome, false) then 'not_covered'
        when not coalesce(counter_metrics.is_visible and visible.has_outcome, false) then 'suppressed'
    end as hidden_reason
from visible
left join visible as counter_metrics
    on visible.counter_metric = counter_metrics.metric_id
    and visible.entity_type = counter_metrics.entity_type
    and visible.entity_id = counter_metrics.entity_id
    and visible.week_start_date = counter_metrics.week_start_date
