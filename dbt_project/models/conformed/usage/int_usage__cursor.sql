with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'cursor' and is_replaced

),

-- events have the tokens and no prompts, daily usage has the prompts and no tokens
measured as (

    select
        usage_date,
        account,
        account_type,
        'tokens' as measures,
        model,
        sum(uncached_input_tokens) as uncached_input_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_tokens) as cache_write_tokens,
        sum(output_tokens) as output_tokens,
        count(*) as requests,
        cast(null as bigint) as prompts,
        cast(null as bigint) as accepted_results,
        sum(reported_cost_usd) as reported_cost_usd
    from {{ ref('stg_cursor__usage_events') }}
    where {{ on_days_of('replaced_days') }}
    group by usage_date, account, account_type, model

    union all

    select
        usage_date,
        account,
        'email' as account_type,
        'activity' as measures,
        'all' as model,
        cast(null as bigint) as uncached_input_tokens,
        cast(null as bigint) as cache_read_tokens,
        cast(null as bigint) as cache_write_tokens,
        cast(null as bigint) as output_tokens,
        cast(null as bigint) as requests,
        {{ known_sum(
            known_sum('agent_requests', 'chat_requests'), known_sum('composer_requests', 'inline_requests')
        ) }} as prompts,
        {{ known_sum('accepted_edits', 'accepted_completions') }} as accepted_results,
        cast(null as decimal(18, 6)) as reported_cost_usd
    from {{ ref('stg_cursor__daily_usage') }}
    where coalesce(is_active, true) and {{ on_days_of('replaced_days') }}

)

select
    'cursor' as source_system,
    'cursor' as tool,
    measured.account,
    measured.account_type,
    measured.measures,
    measured.model,
    cast(measured.uncached_input_tokens as bigint) as uncached_input_tokens,
    cast(measured.cache_read_tokens as bigint) as cache_read_tokens,
    cast(measured.cache_write_tokens as bigint) as cache_write_tokens,
    cast(measured.output_tokens as bigint) as output_tokens,
    measured.requests,
    measured.prompts,
    measured.accepted_results,
    cast(measured.reported_cost_usd as decimal(18, 6)) as reported_cost_usd,
    case when measured.reported_cost_usd is not null then 'vendor_estimate' end as cost_basis,
    {{ replaced_day('measured') }} as usage_date
from {{ rows_and_empty_days('measured') }}
