select
    _day as usage_date,
    occurred_at,
    event_number,
    coalesce(user_email, service_account_id, 'unknown') as account,
    case when user_email is not null then 'email' when service_account_id is not null then 'api_key' else 'unknown' end
        as account_type,
    coalesce(model, 'unknown') as model,
    kind,
    is_headless,
    token_usage__input_tokens as uncached_input_tokens,
    token_usage__cache_read_tokens as cache_read_tokens,
    token_usage__cache_write_tokens as cache_write_tokens,
    token_usage__output_tokens as output_tokens,
    -- older answers lack the amount that contains Cursor's own fee
    cast(coalesce(charged_cents, token_usage__total_cents) * 0.01 as decimal(18, 6)) as reported_cost_usd
from {{ source('cursor', 'usage_events') }}
