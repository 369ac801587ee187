with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'claude_code' and is_replaced

),

-- what a program asks through the SDK is no prompt of a person; older clients do not say, and count as typed
turns as (

    select
        usage_date,
        account,
        account_type,
        session_id,
        0 as prompts
    from {{ ref('int_usage__claude_code_messages') }}
    where not is_day_marker

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
    {% if is_incremental() %}
        where usage_date in (select replaced_days.usage_date from replaced_days)
    {% endif %}
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
    {% if is_incremental() %}
        where usage_date in (select replaced_days.usage_date from replaced_days)
    {% endif %}
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
    {% if is_incremental() %}
        where usage_date in (select replaced_days.usage_date from replaced_days)
    {% endif %}
    group by usage_date, account, account_type

),

-- sessions as the vendor counts them where it does; only logs know prompts, only the vendor accepted edits
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
    coalesce(activity.source_system, 'day_marker') as source_system,
    coalesce(activity.account, 'day_marker') as account,
    activity.account_type,
    cast(activity.sessions as bigint) as sessions,
    cast(activity.prompts as bigint) as prompts,
    cast(activity.accepted_results as bigint) as accepted_results,
    coalesce(activity.usage_date, replaced_days.usage_date) as usage_date
from replaced_days
{% if is_incremental() %}left{% else %}full{% endif %} join activity
    on replaced_days.usage_date = activity.usage_date
