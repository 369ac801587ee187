with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'claude_code' and is_replaced

),

-- what a program sends through the SDK is not a prompt of a person; older clients do not record it and count as typed
turns as (

    select
        usage_date,
        account,
        account_type,
        session_id,
        0 as prompts
    from {{ rows_of(ref('int_usage__claude_code_answers')) }} as answers

    union all

    select
        usage_date,
        account,
        account_type,
        session_id,
        1 as prompts
    from {{ ref('stg_claude_code__session_prompts') }}
    where
        coalesce(entrypoint, 'cli') not in ('mcp', 'claude-code-github-action')
        and coalesce(entrypoint, 'cli') not like 'sdk%'

),

sources as (

    select
        usage_date,
        account,
        account_type,
        count(distinct session_id) as log_sessions,
        sum(prompts) as prompts,
        cast(null as bigint) as vendor_sessions,
        cast(null as bigint) as accepted_results
    from turns
    where {{ on_days_of('replaced_days') }}
    group by usage_date, account, account_type

    union all

    select
        usage_date,
        account,
        account_type,
        cast(null as bigint) as log_sessions,
        cast(null as bigint) as prompts,
        sum(sessions) as vendor_sessions,
        cast(null as bigint) as accepted_results
    from {{ ref('stg_claude_code__analytics_days') }}
    where {{ on_days_of('replaced_days') }}
    group by usage_date, account, account_type

    union all

    select
        usage_date,
        account,
        account_type,
        cast(null as bigint) as log_sessions,
        cast(null as bigint) as prompts,
        cast(null as bigint) as vendor_sessions,
        sum(accepted_edits) as accepted_results
    from {{ ref('stg_claude_code__analytics_tools') }}
    where {{ on_days_of('replaced_days') }}
    group by usage_date, account, account_type

),

-- sessions as the vendor counts them where it does; only logs have prompts, only the vendor has accepted edits
activity as (

    select
        usage_date,
        account,
        account_type,
        case when count(vendor_sessions) > 0 then 'claude_code_analytics' else 'claude_code_logs' end
            as source_system,
        coalesce(sum(vendor_sessions), sum(log_sessions)) as sessions,
        sum(prompts) as prompts,
        sum(accepted_results) as accepted_results
    from sources
    group by usage_date, account, account_type

)

select
    activity.source_system,
    'claude_code' as tool,
    activity.account,
    activity.account_type,
    'activity' as measures,
    'all' as model,
    cast(activity.sessions as bigint) as sessions,
    cast(activity.prompts as bigint) as prompts,
    cast(activity.accepted_results as bigint) as accepted_results,
    {{ replaced_day('activity') }} as usage_date
from {{ rows_and_empty_days('activity') }}
