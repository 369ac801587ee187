select
    _day as usage_date,
    coalesce(actor__email_address, actor__api_key_name, 'unknown') as account,
    case actor__type when 'user_actor' then 'email' when 'api_actor' then 'api_key' else 'unknown' end
        as account_type,
    coalesce(terminal_type, 'unknown') as terminal_type,
    coalesce(customer_type, 'unknown') as customer_type,
    coalesce(is_remote, false) as is_remote,
    organization_id,
    subscription_type,
    core_metrics__num_sessions as sessions,
    core_metrics__lines_of_code__added as added_lines,
    core_metrics__lines_of_code__removed as removed_lines,
    core_metrics__commits_by_claude_code as commits,
    core_metrics__pull_requests_by_claude_code as pull_requests
from {{ source('claude_code', 'analytics_days') }}
