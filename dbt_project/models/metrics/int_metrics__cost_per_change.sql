with costs as (

    select * from {{ ref('int_metrics__usage_totals') }}
    where metric_id = 'cost_usd'

),

-- who stands behind the merged changes of the cell, and whether any source tells of changes at all
merged as (

    select * from {{ ref('int_metrics__changes') }}
    where metric_id = 'merged_changes'

),

context as (

    select * from {{ ref('stg_run__context') }}

),

lasting_changes as (

    select
        coalesce(changes.team_id_at_merge, 'unassigned') as team_id,
        context.organisation,
        cast(date_trunc('week', changes.merged_date) as date) as week_start_date
    from {{ ref('fct_changes') }} as changes
    cross join context
    where
        changes.is_merged
        and changes.is_standard_population
        and not changes.is_revert
        and not changes.is_out_of_effect

),

net_merged as (

    select
        'team' as entity_type,
        team_id as entity_id,
        week_start_date,
        count(*) as net_merged_changes
    from lasting_changes
    group by team_id, week_start_date
    union all
    select
        'organisation' as entity_type,
        organisation as entity_id,
        week_start_date,
        count(*) as net_merged_changes
    from lasting_changes
    group by organisation, week_start_date

),

entity_weeks as (

    select * from {{ ref('int_usage__entity_weeks') }}

),

metrics as (

    select * from {{ ref('metrics') }}
    where metric_id = 'cost_per_merged_change_usd'

)

select
    metrics.metric_id,
    costs.entity_type,
    costs.entity_id,
    costs.week_start_date,
    costs.numerator,
    case
        when costs.completeness is not null and merged.completeness is not null
            then cast(coalesce(net_merged.net_merged_changes, 0) as double)
    end as denominator,
    cast(null as double) as value,
    cast(null as double) as lower,
    cast(null as double) as upper,
    case
        when costs.completeness is not null and merged.completeness is not null
            then coalesce(net_merged.net_merged_changes, 0)
    end as n,
    -- both parts are shown, so the fewer people decide; without a change only the cost has people behind it
    case
        when coalesce(net_merged.net_merged_changes, 0) = 0 or costs.contributors < merged.contributors
            then costs.contributors
        else merged.contributors
    end as contributors,
    costs.largest_share,
    entity_weeks.days_since_end >= metrics.maturity_days as is_mature,
    case
        when costs.completeness <= merged.completeness then costs.completeness
        when costs.completeness > merged.completeness then merged.completeness
    end as completeness
from costs
cross join metrics
inner join entity_weeks
    on costs.entity_type = entity_weeks.entity_type
    and costs.entity_id = entity_weeks.entity_id
    and costs.week_start_date = entity_weeks.week_start_date
left join merged
    on costs.entity_type = merged.entity_type
    and costs.entity_id = merged.entity_id
    and costs.week_start_date = merged.week_start_date
left join net_merged
    on costs.entity_type = net_merged.entity_type
    and costs.entity_id = net_merged.entity_id
    and costs.week_start_date = net_merged.week_start_date
