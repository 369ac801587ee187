select
    file_digest,
    line,
    timestamp as occurred_at,
    account,
    account_type,
    message_id,
    request_id,
    session_id,
    coalesce(is_sidechain, false) as is_sidechain,
    coalesce(model, 'unknown') as model,
    input_tokens as uncached_input_tokens,
    cache_read_input_tokens as cache_read_tokens,
    -- the total is older than the split by lifetime; either may be absent
    coalesce(
        cache_creation_input_tokens,
        cache_creation__ephemeral_5m_input_tokens + cache_creation__ephemeral_1h_input_tokens
    ) as cache_write_tokens,
    cache_creation__ephemeral_1h_input_tokens as cache_write_1h_tokens,
    output_tokens,
    speed,
    service_tier,
    cost_usd as reported_cost_usd,
    entrypoint,
    version as client_version,
    _load_id as load_id,
    _day as usage_date
from {{ source('claude_code', 'session_lines') }}
