{%- set classes = {
    'uncached_input_tokens': 'input', 'cache_read_tokens': 'cacheRead', 'cache_write_tokens': 'cacheCreation',
    'output_tokens': 'output',
} -%}
with before as (

    select
        *,
        lag(counted) over (partition by series, temporality, started_at order by usage_date) as counted_before
    from {{ rows_of(ref('int_usage__otel_counter_days')) }} as counter_days

),

-- what was added on the day. A new start of the counter is another counter; one that fell began again without saying so
added as (

    select
        *,
        case
            when temporality = 'delta' or counted_before is null or counted < counted_before then counted
            else counted - counted_before
        end as added
    from before

),

tokens as (

    select
        usage_date,
        account,
        account_type,
        model,
        {% for class, token_type in classes.items() -%}
            sum(case when metric = 'token.usage' and token_type = '{{ token_type }}' then added end) as {{ class }},
        {% endfor -%}
        sum(case when metric = 'cost.usage' then added end) as reported_cost_usd
    from added
    where metric in ('token.usage', 'cost.usage')
    group by usage_date, account, account_type, model

),

sessions as (

    select
        usage_date,
        account,
        account_type,
        sum(added) as sessions
    from added
    where metric = 'session.count' and coalesce(start_type, 'fresh') != 'agents_view'
    group by usage_date, account, account_type

)

select
    'claude_code_metrics' as source_system,
    'claude_code' as tool,
    account,
    account_type,
    'tokens' as measures,
    model,
    {% for class in classes -%}
        cast(round({{ class }}, 0) as bigint) as {{ class }},
    {% endfor -%}
    cast(null as bigint) as sessions,
    cast(reported_cost_usd as decimal(18, 6)) as reported_cost_usd,
    case when reported_cost_usd is not null then 'vendor_estimate' end as cost_basis,
    usage_date
from tokens

union all

select
    'claude_code_metrics' as source_system,
    'claude_code' as tool,
    account,
    account_type,
    'activity' as measures,
    'all' as model,
    {% for class in classes -%}
        cast(null as bigint) as {{ class }},
    {% endfor -%}
    cast(round(sessions, 0) as bigint) as sessions,
    cast(null as decimal(18, 6)) as reported_cost_usd,
    cast(null as string) as cost_basis,
    usage_date
from sessions
