select
    series,
    metric,
    temporality,
    coalesce(started_at, timestamp '1970-01-01 00:00:00') as started_at,
    occurred_at,
    value as counted,
    account,
    account_type,
    model,
    type as token_type,
    start_type,
    file_digest,
    line,
    position,
    _load_id as load_id,
    _day as usage_date
from {{ source('otel', 'metric_points') }}
