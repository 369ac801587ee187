{%- set classes = ['uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens', 'requests'] -%}
with session_days as (

    select * from {{ rows_of(ref('int_usage__otel_session_days')) }} as found

)

select
    'claude_code_events' as source_system,
    'claude_code' as tool,
    account,
    account_type,
    'tokens' as measures,
    model,
    {% for class in classes -%}
        cast(sum({{ class }}) as bigint) as {{ class }},
    {% endfor -%}
    cast(null as bigint) as sessions,
    cast(null as bigint) as prompts,
    cast(null as bigint) as accepted_results,
    cast(sum(reported_cost_usd) as decimal(18, 6)) as reported_cost_usd,
    case when sum(reported_cost_usd) is not null then 'vendor_estimate' end as cost_basis,
    usage_date
from session_days
where requests > 0
group by usage_date, account, account_type, model

union all

select
    'claude_code_events' as source_system,
    'claude_code' as tool,
    account,
    account_type,
    'activity' as measures,
    'all' as model,
    {% for class in classes -%}
        cast(null as bigint) as {{ class }},
    {% endfor -%}
    count(distinct session_id) as sessions,
    cast(sum(prompts) as bigint) as prompts,
    cast(sum(accepted_results) as bigint) as accepted_results,
    cast(null as decimal(18, 6)) as reported_cost_usd,
    cast(null as string) as cost_basis,
    usage_date
from session_days
group by usage_date, account, account_type
