select
    _day as usage_date,
    coalesce(organization_id, enterprise_id, 'unknown') as scope_id,
    daily_active_users,
    user_initiated_interaction_count as prompts,
    code_generation_activity_count as generations,
    code_acceptance_activity_count as acceptances,
    totals_by_cli__token_usage__prompt_tokens_sum as cli_input_tokens,
    totals_by_cli__token_usage__output_tokens_sum as cli_output_tokens
from {{ source('copilot', 'organization_days') }}
