select
    _day as usage_date,
    coalesce(actor__email_address, actor__api_key_name, 'unknown') as account,
    case actor__type when 'user_actor' then 'email' when 'api_actor' then 'api_key' else 'unknown' end
        as account_type,
    coalesce(terminal_type, 'unknown') as terminal_type,
    coalesce(customer_type, 'unknown') as customer_type,
    coalesce(is_remote, false) as is_remote,
    tool,
    accepted as accepted_edits,
    rejected as rejected_edits
from {{ source('claude_code', 'analytics_tools') }}
