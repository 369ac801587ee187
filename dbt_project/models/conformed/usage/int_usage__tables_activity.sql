with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'tables' and is_replaced

),

told as (

    select
        usage_date,
        system as tool,
        account,
        account_type,
        sum(sessions) as sessions,
        sum(prompts) as prompts,
        sum(accepted_results) as accepted_results
    from {{ ref('stg_tables__usage_days') }}
    where {{ on_days_of('replaced_days') }} and coalesce(sessions, prompts, accepted_results) is not null
    group by usage_date, system, account, account_type

),

counted as (

    select
        usage_date,
        system as tool,
        account,
        account_type,
        count(*) as sessions,
        sum(prompts) as prompts
    from {{ ref('stg_tables__sessions') }}
    where {{ on_days_of('replaced_days') }}
    group by usage_date, system, account, account_type

),

-- the sums of a day go before what its single sessions add up to; the two are never added
activity as (

    select
        coalesce(told.usage_date, counted.usage_date) as usage_date,
        coalesce(told.tool, counted.tool) as tool,
        coalesce(told.account, counted.account) as account,
        coalesce(told.account_type, counted.account_type) as account_type,
        coalesce(told.sessions, counted.sessions) as sessions,
        coalesce(told.prompts, counted.prompts) as prompts,
        told.accepted_results
    from told
    full outer join counted
        on told.usage_date = counted.usage_date
        and told.tool = counted.tool
        and told.account = counted.account
        and told.account_type = counted.account_type

)

select
    'tables' as source_system,
    activity.tool,
    activity.account,
    activity.account_type,
    'activity' as measures,
    'all' as model,
    cast(activity.sessions as bigint) as sessions,
    cast(activity.prompts as bigint) as prompts,
    cast(activity.accepted_results as bigint) as accepted_results,
    {{ replaced_day('activity') }} as usage_date
from {{ rows_and_empty_days('activity') }}
