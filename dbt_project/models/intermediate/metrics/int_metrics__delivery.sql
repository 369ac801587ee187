select
    metric_id,
    entity_type,
    entity_id,
    week_start_date,
    numerator,
    denominator,
    value,
    lower,
    upper,
    n,
    contributors,
    largest_share,
    is_mature,
    completeness
from {{ ref('int_metrics__outcomes') }}
where metric_id in (select metric_id from {{ ref('outcome_coverage') }} where feed = 'deployments')
