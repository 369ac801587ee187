with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'tables' and is_replaced

),

model_days as (

    select
        usage_date,
        system as tool,
        account,
        account_type,
        model,
        sum(uncached_input_tokens) as uncached_input_tokens,
        sum(cache_read_tokens) as cache_read_tokens,
        sum(cache_write_tokens) as cache_write_tokens,
        sum(output_tokens) as output_tokens,
        sum(unclassified_input_tokens) as unclassified_input_tokens,
        sum(requests) as requests,
        sum(reported_cost_usd) as reported_cost_usd
    from {{ ref('stg_tables__usage_days') }}
    where
        {{ on_days_of('replaced_days') }}
        -- a row of prompts and sessions alone tells no tokens
        and coalesce(
            uncached_input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, unclassified_input_tokens,
            requests, reported_cost_usd
        ) is not null
    group by usage_date, system, account, account_type, model

)

select
    'tables' as source_system,
    model_days.tool,
    model_days.account,
    model_days.account_type,
    'tokens' as measures,
    model_days.model,
    cast(model_days.uncached_input_tokens as bigint) as uncached_input_tokens,
    cast(model_days.cache_read_tokens as bigint) as cache_read_tokens,
    cast(model_days.cache_write_tokens as bigint) as cache_write_tokens,
    cast(model_days.output_tokens as bigint) as output_tokens,
    cast(model_days.unclassified_input_tokens as bigint) as unclassified_input_tokens,
    cast(model_days.requests as bigint) as requests,
    cast(model_days.reported_cost_usd as decimal(18, 6)) as reported_cost_usd,
    case when model_days.reported_cost_usd is not null then 'vendor_estimate' end as cost_basis,
    {{ replaced_day('model_days') }} as usage_date
from {{ rows_and_empty_days('model_days') }}
