with context as (

    select * from {{ ref('stg_run__context') }}

),

points as (

    select * from {{ ref('int_metrics__change_points') }}
    union all
    select * from {{ ref('int_metrics__delivery_points') }}

)

select
    points.metric_id,
    'organisation' as entity_type,
    context.organisation as entity_id,
    points.week_start_date,
    points.point_id,
    points.contributor,
    points.hits,
    points.tries,
    points.hours
from points
cross join context
union all
select
    points.metric_id,
    'team' as entity_type,
    points.team_id as entity_id,
    points.week_start_date,
    points.point_id,
    points.contributor,
    points.hits,
    points.tries,
    points.hours
from points
union all
select
    points.metric_id,
    'service' as entity_type,
    points.service_id as entity_id,
    points.week_start_date,
    points.point_id,
    points.contributor,
    points.hits,
    points.tries,
    points.hours
from points
where points.service_id is not null
