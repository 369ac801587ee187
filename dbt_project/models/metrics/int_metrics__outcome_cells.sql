with points as (

    select
        *,
        row_number() over (
            partition by metric_id, entity_type, entity_id, week_start_date
            order by hours, point_id
        ) as place,
        count(*) over (partition by metric_id, entity_type, entity_id, week_start_date) as n
    from {{ ref('int_metrics__outcome_points') }}

),

-- the ranks between which the median lies with 95 % confidence; beyond the table by the normal approximation
ranked as (

    select
        points.*,
        case
            when points.n <= 100 then intervals.lower_rank
            else cast(floor(points.n / cast(2 as double) - 0.98 * sqrt(points.n)) as bigint)
        end as lower_rank
    from points
    left join {{ ref('median_intervals') }} as intervals
        on points.n = intervals.n

),

cells as (

    select
        metric_id,
        entity_type,
        entity_id,
        week_start_date,
        sum(hits) as hits,
        sum(tries) as tries,
        count(*) as n,
        count(distinct contributor) as contributors,
        percentile_cont(0.5) within group (order by hours) as median_hours,
        percentile_cont(0.75) within group (order by hours) as p75_hours,
        percentile_cont(0.9) within group (order by hours) as p90_hours,
        max(case when place = lower_rank then hours end) as lower_hours,
        max(case when place = n - lower_rank + 1 then hours end) as upper_hours
    from ranked
    group by metric_id, entity_type, entity_id, week_start_date

),

largest as (

    select
        metric_id,
        entity_type,
        entity_id,
        week_start_date,
        max(points) as largest_points
    from (
        select
            metric_id,
            entity_type,
            entity_id,
            week_start_date,
            contributor,
            count(*) as points
        from points
        where contributor is not null
        group by metric_id, entity_type, entity_id, week_start_date, contributor
    ) as by_contributor
    group by metric_id, entity_type, entity_id, week_start_date

)

select
    cells.metric_id,
    cells.entity_type,
    cells.entity_id,
    cells.week_start_date,
    cells.hits,
    cells.tries,
    cells.n,
    cells.contributors,
    largest.largest_points / cast(cells.n as double) as largest_share,
    cells.median_hours,
    cells.p75_hours,
    cells.p90_hours,
    cells.lower_hours,
    cells.upper_hours
from cells
left join largest
    on cells.metric_id = largest.metric_id
    and cells.entity_type = largest.entity_type
    and cells.entity_id = largest.entity_id
    and cells.week_start_date = largest.week_start_date
