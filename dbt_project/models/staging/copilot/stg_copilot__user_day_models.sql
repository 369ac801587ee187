select
    _day as usage_date,
    coalesce(organization_id, enterprise_id, 'unknown') as scope_id,
    user_id as account,
    model,
    feature,
    user_initiated_interaction_count as prompts,
    code_generation_activity_count as generations,
    code_acceptance_activity_count as acceptances,
    loc_suggested_to_add_sum as suggested_lines,
    loc_added_sum as added_lines,
    loc_deleted_sum as deleted_lines
from {{ source('copilot', 'user_day_models') }}
