with points as (

    select * from {{ ref('int_metrics__change_points') }}
    union all
    select * from {{ ref('int_metrics__delivery_points') }}

),

entity_points as (

    select
        points.*,
        'organisation' as entity_type,
        context.organisation as entity_id
    from points
    cross join {{ ref('stg_run__context') }} as context
    union all
    select
        points.*,
        'team' as entity_type,
        points.team_id as entity_id
    from points
    union all
    select
        points.*,
        'service' as entity_type,
        points.service_id as entity_id
    from points
    where points.service_id is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by metric_id, entity_type, entity_id, week_start_date
            order by hours, point_id
        ) as hours_rank,
        count(*) over (partition by metric_id, entity_type, entity_id, week_start_date) as points,
        count(*) over (partition by metric_id, entity_type, entity_id, week_start_date, contributor)
            as contributor_points
    from entity_points

),

-- the ranks between which the median lies with 95 % confidence; beyond the table by the normal approximation
bounded as (

    select
        ranked.*,
        case
            when ranked.points <= 100 then intervals.lower_rank
            else cast(floor(ranked.points / cast(2 as double) - 0.98 * sqrt(ranked.points)) as bigint)
        end as lower_rank
    from ranked
    left join {{ ref('median_intervals') }} as intervals
        on ranked.points = intervals.n

)

select
    metric_id,
    entity_type,
    entity_id,
    week_start_date,
    sum(numerator) as numerator,
    sum(trials) as denominator,
    case metric_id
        when 'cycle_time_p75_hours' then percentile_cont(0.75) within group (order by hours)
        when 'cycle_time_p90_hours' then percentile_cont(0.9) within group (order by hours)
        else percentile_cont(0.5) within group (order by hours)
    end as value,
    max(case when hours_rank = lower_rank then hours end) as lower,
    max(case when hours_rank = points - lower_rank + 1 then hours end) as upper,
    coalesce(cast(sum(trials) as bigint), count(*)) as n,
    count(distinct contributor) as contributors,
    max(case when contributor is not null then contributor_points end) / cast(count(*) as double) as largest_share
from bounded
group by metric_id, entity_type, entity_id, week_start_date
