{%- set columns = {
    'source_system': 'string', 'tool': 'string', 'account': 'string', 'account_type': 'string',
    'measures': 'string', 'model': 'string', 'uncached_input_tokens': 'bigint', 'cache_read_tokens': 'bigint',
    'cache_write_tokens': 'bigint', 'cache_write_1h_tokens': 'bigint', 'output_tokens': 'bigint',
    'unclassified_input_tokens': 'bigint', 'requests': 'bigint', 'sessions': 'bigint', 'prompts': 'bigint',
    'accepted_results': 'bigint', 'reported_cost_usd': 'decimal(18, 6)', 'cost_basis': 'string',
    'usage_date': 'date',
} -%}
with arms as (

    {{ union_arms(columns, [
        'int_usage__claude_code_activity', 'int_usage__claude_code_tokens', 'int_usage__copilot_days',
    ]) }}

)

select
    *,
    'unknown' as intent,
    max(prompts) over (partition by usage_date, tool, account, account_type) > 0 as is_human_initiated
from arms
-- an arm that replaces whole days has an empty row for each that lost its rows
where account is not null
