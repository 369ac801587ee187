with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'claude_code' and is_replaced

),

log_days as (

    select
        usage_date,
        account,
        account_type,
        model,
        sum(uncached_input_tokens) as uncached_input_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_tokens) as cache_write_tokens,
        sum(cache_write_1h_tokens) as cache_write_1h_tokens,
        sum(output_tokens) as output_tokens,
        count(*) as requests
    from {{ rows_of(ref('int_usage__claude_code_answers')) }} as answers
    where {{ on_days_of('replaced_days') }}
    group by usage_date, account, account_type, model

),

vendor_days as (

    select
        usage_date,
        account,
        account_type,
        model,
        sum(uncached_input_tokens) as uncached_input_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_tokens) as cache_write_tokens,
        sum(output_tokens) as output_tokens,
        sum(reported_cost_usd) as reported_cost_usd
    from {{ ref('stg_claude_code__analytics_models') }}
    where {{ on_days_of('replaced_days') }}
    group by usage_date, account, account_type, model

),

-- one source per account and day: where logs were collected, the vendor reports the same tokens again
chosen as (

    select
        'claude_code_logs' as source_system,
        account,
        account_type,
        model,
        uncached_input_tokens,
        cache_read_tokens,
        cache_write_tokens,
        cache_write_1h_tokens,
        output_tokens,
        requests,
        cast(null as decimal(18, 6)) as reported_cost_usd,
        usage_date
    from log_days

    union all

    select
        'claude_code_analytics' as source_system,
        vendor_days.account,
        vendor_days.account_type,
        vendor_days.model,
        vendor_days.uncached_input_tokens,
        vendor_days.cache_read_tokens,
        vendor_days.cache_write_tokens,
        cast(null as bigint) as cache_write_1h_tokens,
        vendor_days.output_tokens,
        cast(null as bigint) as requests,
        vendor_days.reported_cost_usd,
        vendor_days.usage_date
    from vendor_days
    left join log_days
        on vendor_days.usage_date = log_days.usage_date
        and vendor_days.account = log_days.account
    where log_days.account is null

)

select
    chosen.source_system,
    'claude_code' as tool,
    chosen.account,
    chosen.account_type,
    'tokens' as measures,
    chosen.model,
    cast(chosen.uncached_input_tokens as bigint) as uncached_input_tokens,
    cast(chosen.cache_read_tokens as bigint) as cache_read_tokens,
    cast(chosen.cache_write_tokens as bigint) as cache_write_tokens,
    cast(chosen.cache_write_1h_tokens as bigint) as cache_write_1h_tokens,
    cast(chosen.output_tokens as bigint) as output_tokens,
    chosen.requests,
    cast(chosen.reported_cost_usd as decimal(18, 6)) as reported_cost_usd,
    case when chosen.reported_cost_usd is not null then 'vendor_estimate' end as cost_basis,
    {{ replaced_day('chosen') }} as usage_date
from {{ rows_and_empty_days('chosen') }}
