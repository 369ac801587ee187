{%- set columns = {
    'source_system': 'string', 'tool': 'string', 'account': 'string', 'account_type': 'string',
    'measures': 'string', 'model': 'string', 'uncached_input_tokens': 'bigint', 'cache_read_tokens': 'bigint',
    'cache_write_tokens': 'bigint', 'cache_write_1h_tokens': 'bigint', 'output_tokens': 'bigint',
    'unclassified_input_tokens': 'bigint', 'requests': 'bigint', 'sessions': 'bigint', 'prompts': 'bigint',
    'accepted_results': 'bigint', 'reported_cost_usd': 'decimal(18, 6)', 'cost_basis': 'string',
    'usage_date': 'date',
} -%}
{%- set claude_code_activity_lacks = [
    'uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'output_tokens',
    'unclassified_input_tokens', 'requests', 'reported_cost_usd', 'cost_basis',
] -%}
{%- set claude_code_tokens_lack = ['unclassified_input_tokens', 'sessions', 'prompts', 'accepted_results'] -%}
{%- set copilot_lacks = [
    'uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'cache_write_1h_tokens',
] -%}
with arms as (

    {{ union_arms(columns, [
        (rows_of(ref('int_usage__claude_code_activity')), claude_code_activity_lacks),
        (rows_of(ref('int_usage__claude_code_tokens')), claude_code_tokens_lack),
        (rows_of(ref('int_usage__copilot_days')), copilot_lacks),
    ]) }}

)

select
    *,
    'unknown' as intent,
    max(prompts) over (partition by usage_date, tool, account, account_type) > 0 as is_human_initiated
from arms
