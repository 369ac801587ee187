-- what decides between lines that repeat one answer, as columns of their own
select
    -- a line without message id is an answer of its own
    coalesce(message_id, file_digest || ':' || cast(line as string) || ':' || cast(occurred_at as string))
        as message_key,
    message_id,
    request_id,
    session_id,
    account,
    account_type,
    model,
    uncached_input_tokens,
    cache_read_tokens,
    cache_write_tokens,
    cache_write_1h_tokens,
    output_tokens,
    speed,
    not is_sidechain as is_own_line,
    coalesce(uncached_input_tokens, 0) + coalesce(cache_read_tokens, 0)
    + coalesce(cache_write_tokens, 0) + coalesce(output_tokens, 0) as total_tokens,
    speed is not null as knows_speed,
    file_digest,
    line,
    load_id,
    usage_date
from {{ ref('stg_claude_code__session_lines') }}
