with costs as (

    select * from {{ ref('int_metrics__usage_cells') }}
    where metric_id = 'cost_usd'

),

changes as (

    select
        entity_type,
        entity_id,
        week_start_date,
        max(numerator) filter (where metric_id = 'net_merged_changes') as net_merged_changes,
        max(contributors) filter (where metric_id = 'merged_changes') as contributors
    from {{ ref('int_metrics__outcome_cells') }}
    where
        metric_id in ('merged_changes', 'net_merged_changes')
        and entity_type != 'service'
    group by entity_type, entity_id, week_start_date

),

joined as (

    select
        coalesce(costs.entity_type, changes.entity_type) as entity_type,
        coalesce(costs.entity_id, changes.entity_id) as entity_id,
        coalesce(costs.week_start_date, changes.week_start_date) as week_start_date,
        -- a week without use costs nothing; a cost that is unknown stays unknown
        case when costs.metric_id is null then cast(0 as double) else costs.numerator end as cost_usd,
        coalesce(changes.net_merged_changes, cast(0 as double)) as net_merged_changes,
        coalesce(costs.contributors, 0) as cost_contributors,
        coalesce(changes.contributors, 0) as change_contributors,
        costs.largest_share,
        coalesce(costs.priced_share, cast(1 as double)) as priced_share
    from costs
    full outer join changes
        on costs.entity_type = changes.entity_type
        and costs.entity_id = changes.entity_id
        and costs.week_start_date = changes.week_start_date

)

select
    'cost_per_merged_change_usd' as metric_id,
    entity_type,
    entity_id,
    week_start_date,
    cost_usd as numerator,
    net_merged_changes as denominator,
    cast(null as double) as value,
    cast(null as double) as lower,
    cast(null as double) as upper,
    cast(net_merged_changes as bigint) as n,
    -- both parts are shown, so the smaller group decides; without a change only the cost has people behind it
    case
        when net_merged_changes = 0 then cost_contributors
        else least(cost_contributors, change_contributors)
    end as contributors,
    largest_share,
    priced_share
from joined
