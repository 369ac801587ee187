with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'copilot' and is_replaced

),

-- a user of two organisations is in both reports, which repeat each other and do not add up: the fuller row stands
user_days as (

    select * from {{ ref('stg_copilot__user_days') }}
    {% if is_incremental() %}
        where usage_date in (select replaced_days.usage_date from replaced_days)
    {% endif %}
    qualify row_number() over (
        partition by usage_date, account
        order by
            coalesce(prompts, 0) + coalesce(generations, 0) desc,
            coalesce(ai_credits_used, 0) desc,
            scope_id asc
    ) = 1

)

select
    coalesce(user_days.account, 'day_marker') as account,
    case
        when coalesce(user_days.cli_input_tokens, user_days.app_input_tokens) is not null
            then coalesce(user_days.cli_input_tokens, 0) + coalesce(user_days.app_input_tokens, 0)
    end as unclassified_input_tokens,
    case
        when coalesce(user_days.cli_output_tokens, user_days.app_output_tokens) is not null
            then coalesce(user_days.cli_output_tokens, 0) + coalesce(user_days.app_output_tokens, 0)
    end as output_tokens,
    case
        when coalesce(user_days.cli_requests, user_days.app_requests) is not null
            then coalesce(user_days.cli_requests, 0) + coalesce(user_days.app_requests, 0)
    end as requests,
    case
        when coalesce(user_days.cli_sessions, user_days.app_sessions) is not null
            then coalesce(user_days.cli_sessions, 0) + coalesce(user_days.app_sessions, 0)
    end as sessions,
    user_days.prompts,
    user_days.generations,
    user_days.acceptances as accepted_results,
    cast(user_days.ai_credits_used * 0.01 as decimal(18, 6)) as reported_cost_usd,
    coalesce(user_days.usage_date, replaced_days.usage_date) as usage_date
from replaced_days
{% if is_incremental() %}left{% else %}full{% endif %} join user_days
    on replaced_days.usage_date = user_days.usage_date
