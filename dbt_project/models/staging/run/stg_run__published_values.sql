select
    metric_id,
    entity_type,
    entity_id,
    week_start_date,
    value,
    maturity
from {{ source('run', 'published_values') }}
