select
    _day as usage_date,
    email as account,
    is_active,
    total_lines_added as changed_lines,
    accepted_lines_added as accepted_lines,
    total_accepts as accepted_edits,
    total_rejects as rejected_edits,
    total_tabs_shown as shown_completions,
    total_tabs_accepted as accepted_completions,
    composer_requests,
    chat_requests,
    agent_requests,
    cmdk_usages as inline_requests,
    most_used_model
from {{ source('cursor', 'daily_usage') }}
