select
    event_id,
    event_name,
    occurred_at,
    session_id,
    account,
    account_type,
    app_entrypoint as entrypoint,
    model,
    input_tokens as uncached_input_tokens,
    cache_read_tokens,
    cache_creation_tokens as cache_write_tokens,
    output_tokens,
    coalesce(
        cast(cost_usd_micros as decimal(18, 0)) * cast(0.000001 as decimal(7, 6)), cast(cost_usd as decimal(18, 6))
    ) as reported_cost_usd,
    tool_name,
    decision,
    source as decision_source,
    success as is_success,
    file_digest,
    line,
    position,
    _load_id as load_id,
    _day as usage_date
from {{ source('otel', 'events') }}
