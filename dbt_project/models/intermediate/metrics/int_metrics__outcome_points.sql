with night as (

    select * from {{ ref('stg_run__night') }}

),

points as (

    select * from {{ ref('int_metrics__change_points') }}
    union all
    select * from {{ ref('int_metrics__delivery_points') }}

)

select metric_id, 'organisation' as entity_type, night.organisation as entity_id, week_start_date, point_id,
    contributor, hits, tries, hours
from points
cross join night
union all
select metric_id, 'team' as entity_type, team_id as entity_id, week_start_date, point_id,
    contributor, hits, tries, hours
from points
union all
select metric_id, 'service' as entity_type, service_id as entity_id, week_start_date, point_id,
    contributor, hits, tries, hours
from points
where service_id is not null
