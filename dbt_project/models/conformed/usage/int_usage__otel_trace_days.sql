{%- set classes = [
    'uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens', 'unclassified_input_tokens'
] -%}
{#- column -> which column must be there, so that the earliest span tells it -#}
{%- set told = {
    'conversation_id': 'conversation_id', 'linked_trace_id': 'linked_trace_id', 'account': 'account',
    'account_type': 'account', 'sponsor': 'sponsor', 'sponsor_type': 'sponsor', 'trigger_type': 'trigger_type',
    'agent_name': 'agent_name', 'is_failed_agent': 'is_failed_agent',
} -%}
{%- set counts = {
    'agents': "role = 'agent' or (tool = 'claude_code' and tool_name in ('Agent', 'Task'))",
    'steps': "role = 'step'",
    'model_calls': 'is_model_call',
    'errors': 'is_error',
    'granted_permissions': "permission = 'granted' and not is_decided_by_rule",
    'denied_permissions': "permission = 'denied' and not is_decided_by_rule",
    'unanswered_permissions': "permission = 'asked' and not is_decided_by_rule",
    'rule_decisions': 'permission is not null and is_decided_by_rule',
} -%}
with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'otel' and is_replaced

),

spans as (

    select * from {{ ref('int_usage__otel_spans') }}
    where trace_id is not null and {{ on_days_of('replaced_days') }}

),

-- an agent's totals repeat those of the agents that it called
repeated as (

    select distinct
        callers.usage_date,
        callers.trace_id,
        callers.span_id
    from spans as callers
    inner join spans as called
        on callers.usage_date = called.usage_date
        and callers.trace_id = called.trace_id
        and callers.place < called.place
        and callers.ended_at >= called.started_at
        and coalesce(callers.parent_span_id, '') != coalesce(called.parent_span_id, '')
    where callers.has_tokens and callers.role != 'inference' and called.has_tokens and called.role != 'inference'

),

-- two instrumentations may tell the same call of a model: the inner one counts
counted as (

    select
        spans.*,
        case when spans.role = 'agent' then spans.is_error end as is_failed_agent,
        spans.has_tokens and spans.role = 'inference' and row_number() over (
            partition by
                spans.usage_date,
                spans.trace_id,
                spans.role,
                spans.has_tokens,
                coalesce(spans.response_id, spans.span_id)
            order by spans.place desc
        ) = 1 as is_model_call,
        spans.has_tokens and spans.role != 'inference' and repeated.span_id is null as is_summary
    from spans
    left join repeated
        on spans.usage_date = repeated.usage_date
        and spans.trace_id = repeated.trace_id
        and spans.span_id = repeated.span_id

),

trace_days as (

    select
        usage_date,
        trace_id,
        tool,
        model,
        min(place) as place,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        {% for column, there in told.items() -%}
            min_by({{ column }}, case when {{ there }} is not null then place end) as {{ column }},
        {% endfor -%}
        {% for name, condition in counts.items() -%}
            count(case when {{ condition }} then 1 end) as {{ name }},
        {% endfor -%}
        {% for class in classes -%}
            sum(case when is_model_call then {{ class }} end) as {{ class }},
            sum(case when is_summary then {{ class }} end) as summary_{{ class }},
        {% endfor -%}
        count(distinct case when role = 'tool' then coalesce(tool_call_id, span_id) end) as tool_calls
    from counted
    group by usage_date, trace_id, tool, model

)

select
    trace_days.trace_id,
    trace_days.tool,
    trace_days.model,
    trace_days.place,
    trace_days.started_at,
    trace_days.ended_at,
    {% for column in told -%}
        trace_days.{{ column }},
    {% endfor -%}
    {% for column in ['tool_calls'] + counts.keys() | list + classes -%}
        cast(trace_days.{{ column }} as bigint) as {{ column }},
    {% endfor -%}
    {% for class in classes -%}
        cast(trace_days.summary_{{ class }} as bigint) as summary_{{ class }},
    {% endfor -%}
    {{ replaced_day('trace_days') }} as usage_date
from {{ rows_and_empty_days('trace_days') }}
