with components as (

    select * from {{ ref('int_metrics__unioned') }}

),

metrics as (

    select * from {{ ref('metrics') }}

),

entity_weeks as (

    select distinct
        entity_type,
        entity_id,
        week_start_date
    from components

)

-- a registered metric has a row for every entity and week of its grain; a missing component is not covered
select
    metrics.metric_id,
    entity_weeks.entity_type,
    entity_weeks.entity_id,
    entity_weeks.week_start_date,
    components.numerator,
    components.denominator,
    components.value,
    components.lower,
    components.upper,
    components.n,
    components.contributors,
    components.largest_share,
    coalesce(components.is_mature, false) as is_mature,
    components.completeness
from entity_weeks
inner join metrics
    on ('|' || metrics.entity_types || '|') like ('%|' || entity_weeks.entity_type || '|%')
left join components
    on metrics.metric_id = components.metric_id
    and entity_weeks.entity_type = components.entity_type
    and entity_weeks.entity_id = components.entity_id
    and entity_weeks.week_start_date = components.week_start_date
