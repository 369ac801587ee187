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
        'int_usage__tables_activity', 'int_usage__tables_tokens',
    ], place='arm_place') }}

),

-- an arm that replaces whole days has an empty row for each that lost its rows; where two arms tell the same of an
-- account's day, the first counts
told_once as (

    select * from arms
    where account is not null
    qualify arm_place = min(arm_place) over (partition by usage_date, tool, account, measures)

)

select
    {{ columns | join(',\n    ') }},
    'unknown' as intent,
    max(prompts) over (partition by usage_date, tool, account, account_type) > 0 as is_human_initiated
from told_once
