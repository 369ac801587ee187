select
    _day as usage_date,
    coalesce(actor__email_address, actor__api_key_name, 'unknown') as account,
    case actor__type when 'user_actor' then 'email' when 'api_actor' then 'api_key' else 'unknown' end
        as account_type,
    coalesce(terminal_type, 'unknown') as terminal_type,
    coalesce(customer_type, 'unknown') as customer_type,
    coalesce(is_remote, false) as is_remote,
    model,
    tokens__input as uncached_input_tokens,
    tokens__cache_read as cache_read_tokens,
    tokens__cache_creation as cache_write_tokens,
    tokens__output as output_tokens,
    -- minor units; another currency than dollars is left unknown
    case when estimated_cost__currency = 'USD' then cast(estimated_cost__amount * 0.01 as decimal(18, 6)) end
        as reported_cost_usd
from {{ source('claude_code', 'analytics_models') }}
