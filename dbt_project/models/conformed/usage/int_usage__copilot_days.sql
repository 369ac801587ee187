with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'copilot' and is_replaced

),

-- a user of two organisations is in both reports, which repeat each other and do not add up: the fuller row counts
user_days as (

    select
        *,
        coalesce(cli_input_tokens, app_input_tokens, cli_output_tokens, app_output_tokens) is not null as has_tokens
    from {{ ref('stg_copilot__user_days') }}
    where {{ on_days_of('replaced_days') }}
    qualify row_number() over (
        partition by usage_date, account
        order by
            coalesce(prompts, 0) + coalesce(generations, 0) desc,
            coalesce(ai_credits_used, 0) desc,
            scope_id asc
    ) = 1

),

measured as (

    select
        usage_date,
        account,
        'activity' as measures,
        'all' as model,
        cast(null as bigint) as unclassified_input_tokens,
        cast(null as bigint) as output_tokens,
        cast(null as bigint) as requests,
        {{ known_sum('cli_sessions', 'app_sessions') }} as sessions,
        prompts,
        acceptances as accepted_results,
        cast(ai_credits_used * 0.01 as decimal(18, 6)) as reported_cost_usd
    from user_days

    union all

    -- only the command line and the app count tokens, and they report neither model nor cache
    select
        usage_date,
        account,
        'tokens' as measures,
        'unknown' as model,
        {{ known_sum('cli_input_tokens', 'app_input_tokens') }} as unclassified_input_tokens,
        {{ known_sum('cli_output_tokens', 'app_output_tokens') }} as output_tokens,
        {{ known_sum('cli_requests', 'app_requests') }} as requests,
        cast(null as bigint) as sessions,
        cast(null as bigint) as prompts,
        cast(null as bigint) as accepted_results,
        cast(null as decimal(18, 6)) as reported_cost_usd
    from user_days
    where has_tokens

)

select
    'copilot' as source_system,
    'copilot' as tool,
    measured.account,
    'github_id' as account_type,
    measured.measures,
    measured.model,
    measured.unclassified_input_tokens,
    measured.output_tokens,
    measured.requests,
    measured.sessions,
    measured.prompts,
    measured.accepted_results,
    measured.reported_cost_usd,
    case when measured.reported_cost_usd is not null then 'credit_at_list' end as cost_basis,
    {{ replaced_day('measured') }} as usage_date
from {{ rows_and_empty_days('measured') }}
