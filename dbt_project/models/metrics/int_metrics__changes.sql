with delivery_metrics as (

    select distinct metric_id
    from {{ ref('outcome_coverage') }}
    where feed = 'deployments'

)

select
    outcomes.metric_id,
    outcomes.entity_type,
    outcomes.entity_id,
    outcomes.week_start_date,
    outcomes.numerator,
    outcomes.denominator,
    outcomes.value,
    outcomes.lower,
    outcomes.upper,
    outcomes.n,
    outcomes.contributors,
    outcomes.largest_share,
    outcomes.is_mature,
    outcomes.completeness
from {{ ref('int_metrics__outcomes') }} as outcomes
left join delivery_metrics
    on outcomes.metric_id = delivery_metrics.metric_id
where delivery_metrics.metric_id is null
