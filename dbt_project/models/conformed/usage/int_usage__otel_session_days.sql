{%- set counts = {
    'requests': "event_name = 'api_request'",
    'errors': "event_name = 'api_error' or (event_name = 'tool_result' and not is_success)",
    'tool_calls': "event_name = 'tool_result'",
    'sub_agents': "event_name = 'subagent_completed'",
    'prompts': "event_name = 'user_prompt' and is_typed",
    'accepted_results': "is_decision and decision = 'accept' and tool_name in ('Edit', 'MultiEdit', 'Write', 'NotebookEdit')",
    'granted_permissions': "is_decision and decision = 'accept' and not is_decided_by_rule",
    'denied_permissions': "is_decision and decision = 'reject' and not is_decided_by_rule",
    'rule_decisions': 'is_decision and is_decided_by_rule',
} -%}
{%- set classes = ['uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens'] -%}
with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'otel' and is_replaced

),

exported_once as (

    select *
    from {{ ref('stg_otel__events') }}
    where {{ on_days_of('replaced_days') }}
    qualify row_number() over (
        partition by usage_date, event_id
        order by load_id desc, file_digest asc, line asc, position asc
    ) = 1

),

-- what a program sends through the SDK is not a prompt of a person; most clients do not tell and count as typed
events as (

    select
        *,
        event_name = 'api_request' as is_request,
        event_name = 'tool_decision' as is_decision,
        coalesce(decision_source in ('config', 'hook'), false) as is_decided_by_rule,
        coalesce(entrypoint, 'cli') not in ('mcp', 'claude-code-github-action')
        and coalesce(entrypoint, 'cli') not like 'sdk%' as is_typed
    from exported_once

),

session_days as (

    select
        usage_date,
        coalesce(session_id, 'unknown') as session_id,
        coalesce(account, 'unknown') as account,
        coalesce(account_type, 'unknown') as account_type,
        case when is_request then coalesce(model, 'unknown') else 'all' end as model,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        {% for class in classes -%}
            sum(case when is_request then {{ class }} end) as {{ class }},
        {% endfor -%}
        {% for name, condition in counts.items() -%}
            count(case when {{ condition }} then 1 end) as {{ name }},
        {% endfor -%}
        sum(case when is_request then reported_cost_usd end) as reported_cost_usd
    from events
    group by
        usage_date, coalesce(session_id, 'unknown'), coalesce(account, 'unknown'), coalesce(account_type, 'unknown'),
        case when is_request then coalesce(model, 'unknown') else 'all' end

)

select
    session_days.session_id,
    session_days.account,
    session_days.account_type,
    session_days.model,
    session_days.started_at,
    session_days.ended_at,
    {% for column in classes + counts.keys() | list -%}
        cast(session_days.{{ column }} as bigint) as {{ column }},
    {% endfor -%}
    cast(session_days.reported_cost_usd as decimal(18, 6)) as reported_cost_usd,
    {{ replaced_day('session_days') }} as usage_date
from {{ rows_and_empty_days('session_days') }}
