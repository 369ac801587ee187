{%- set columns = {
    'source_system': 'string', 'tool': 'string', 'account': 'string', 'account_type': 'string',
    'measures': 'string', 'model': 'string', 'uncached_input_tokens': 'bigint', 'cache_read_tokens': 'bigint',
    'cache_write_tokens': 'bigint', 'cache_write_1h_tokens': 'bigint', 'output_tokens': 'bigint',
    'unclassified_input_tokens': 'bigint', 'requests': 'bigint', 'sessions': 'bigint', 'prompts': 'bigint',
    'accepted_results': 'bigint', 'reported_cost_usd': 'decimal(18, 6)', 'cost_basis': 'string',
    'intent': 'string', 'usage_date': 'date',
} -%}
with arms as (

    {{ union_arms(columns, [
        'int_usage__claude_code_activity', 'int_usage__claude_code_tokens', 'int_usage__copilot_days',
        'int_usage__cursor',
        'int_usage__otel_events', 'int_usage__otel_metrics', 'int_usage__otel_traces',
        'int_usage__tables_activity', 'int_usage__tables_tokens',
    ]) }}

),

-- several sources may tell the same use of a tool: of an account's day the first counts that tells it. Claude Code's
-- analytics give way to its events in tokens, and only there; a company's own tables give way to the tool itself
chosen as (

    select *
    from arms
    -- an arm that replaces whole days has an empty row for each that lost its rows
    where account is not null
    qualify rank() over (
        partition by usage_date, tool, account, measures
        order by
            case
                when source_system = 'tables' then 5
                when source_system = 'claude_code_analytics' and measures = 'tokens' then 4
                when source_system = 'claude_code_events' then 1
                when source_system = 'otel_spans' then 2
                when source_system = 'claude_code_metrics' then 3
                else 0
            end
    ) = 1

)

select
    {% for column in columns if column != 'intent' -%}
        {{ column }},
    {% endfor -%}
    coalesce(intent, 'unknown') as intent,
    max(prompts) over (partition by usage_date, tool, account, account_type) > 0 as is_human_initiated
from chosen
