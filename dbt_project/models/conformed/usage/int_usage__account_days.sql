with claude_code_tokens as (

    select * from {{ ref('int_usage__claude_code_tokens') }}
    where account != 'day_marker'

),

claude_code_activity as (

    select * from {{ ref('int_usage__claude_code_activity') }}
    where account != 'day_marker'

),

copilot_days as (

    select * from {{ ref('int_usage__copilot_days') }}
    where account != 'day_marker'

)

select
    usage_date,
    source_system,
    'claude_code' as tool,
    account,
    account_type,
    'activity' as measures,
    'all' as model,
    'unknown' as intent,
    cast(null as bigint) as uncached_input_tokens,
    cast(null as bigint) as cache_read_tokens,
    cast(null as bigint) as cache_write_tokens,
    cast(null as bigint) as cache_write_1h_tokens,
    cast(null as bigint) as output_tokens,
    cast(null as bigint) as unclassified_input_tokens,
    cast(null as bigint) as requests,
    sessions,
    prompts,
    accepted_results,
    prompts > 0 as is_human_initiated,
    cast(null as decimal(18, 6)) as reported_cost_usd,
    cast(null as string) as cost_basis
from claude_code_activity

union all

select
    tokens.usage_date,
    tokens.source_system,
    'claude_code' as tool,
    tokens.account,
    tokens.account_type,
    'tokens' as measures,
    tokens.model,
    'unknown' as intent,
    tokens.uncached_input_tokens,
    tokens.cache_read_tokens,
    tokens.cache_write_tokens,
    tokens.cache_write_1h_tokens,
    tokens.output_tokens,
    cast(null as bigint) as unclassified_input_tokens,
    tokens.requests,
    cast(null as bigint) as sessions,
    cast(null as bigint) as prompts,
    cast(null as bigint) as accepted_results,
    activity.prompts > 0 as is_human_initiated,
    tokens.reported_cost_usd,
    case when tokens.reported_cost_usd is not null then 'vendor_estimate' end as cost_basis
from claude_code_tokens as tokens
left join claude_code_activity as activity
    on tokens.usage_date = activity.usage_date
    and tokens.account = activity.account
    and tokens.account_type = activity.account_type

union all

select
    usage_date,
    'copilot' as source_system,
    'copilot' as tool,
    account,
    'github_id' as account_type,
    'activity' as measures,
    'all' as model,
    'unknown' as intent,
    cast(null as bigint) as uncached_input_tokens,
    cast(null as bigint) as cache_read_tokens,
    cast(null as bigint) as cache_write_tokens,
    cast(null as bigint) as cache_write_1h_tokens,
    cast(null as bigint) as output_tokens,
    cast(null as bigint) as unclassified_input_tokens,
    cast(null as bigint) as requests,
    sessions,
    prompts,
    accepted_results,
    prompts > 0 as is_human_initiated,
    reported_cost_usd,
    case when reported_cost_usd is not null then 'credit_at_list' end as cost_basis
from copilot_days

union all

-- the command line and the app are all of Copilot that counts tokens, and they tell neither model nor cache
select
    usage_date,
    'copilot' as source_system,
    'copilot' as tool,
    account,
    'github_id' as account_type,
    'tokens' as measures,
    'unknown' as model,
    'unknown' as intent,
    cast(null as bigint) as uncached_input_tokens,
    cast(null as bigint) as cache_read_tokens,
    cast(null as bigint) as cache_write_tokens,
    cast(null as bigint) as cache_write_1h_tokens,
    output_tokens,
    unclassified_input_tokens,
    requests,
    cast(null as bigint) as sessions,
    cast(null as bigint) as prompts,
    cast(null as bigint) as accepted_results,
    prompts > 0 as is_human_initiated,
    cast(null as decimal(18, 6)) as reported_cost_usd,
    cast(null as string) as cost_basis
from copilot_days
where unclassified_input_tokens is not null or output_tokens is not null
