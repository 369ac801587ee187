{%- set classes = [
    'uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens', 'unclassified_input_tokens'
] -%}
{%- set decisions = ['granted_permissions', 'denied_permissions', 'rule_decisions'] -%}
{%- set both_tell = classes | reject('equalto', 'unclassified_input_tokens') | list -%}
{#- where the spans tell a run, and where they tell its decisions -#}
{%- set told = 'span_runs.run_id is not null' -%}
{%- set decide = told ~ ' and not coalesce(session_runs.has_decisions, false)' -%}
with traces as (

    select * from {{ ref('int_agents__otel_traces') }}
    where is_of_agent

),

turns as (

    select
        run_id,
        count(case when is_turn then 1 end) as turns
    from traces
    group by run_id

),

span_runs as (

    select
        traces.run_id,
        traces.run_tool as tool,
        traces.agent_name,
        traces.trigger_type,
        traces.account,
        traces.account_type,
        traces.sponsor,
        traces.sponsor_type,
        min(days.started_at) as started_at,
        max(days.ended_at) as ended_at,
        min_by(
            days.is_failed_agent, case when days.is_failed_agent is not null then days.place end
        ) as is_failed,
        max(turns.turns) as turns,
        {% for column in ['steps', 'model_calls', 'tool_calls', 'errors', 'unanswered_permissions'] + decisions -%}
            sum(days.{{ column }}) as {{ column }},
        {% endfor -%}
        {% for each in classes -%}
            sum(case when traces.has_model_calls then days.{{ each }} else days.summary_{{ each }} end) as {{ each }},
        {% endfor -%}
        sum(days.agents) - max(turns.turns) as sub_agents
    from {{ ref('int_usage__otel_trace_days') }} as days
    inner join traces
        on days.trace_id = traces.trace_id
    inner join turns
        on traces.run_id = turns.run_id
    group by
        traces.run_id, traces.run_tool, traces.agent_name, traces.trigger_type, traces.account, traces.account_type,
        traces.sponsor, traces.sponsor_type

),

-- a session that Claude Code tells by its events alone
session_runs as (

    select
        session_id as run_id,
        nullif(min_by(account, cast(started_at as string) || account), 'unknown') as account,
        min_by(account_type, cast(started_at as string) || account) as account_type,
        min(started_at) as started_at,
        max(ended_at) as ended_at,
        sum(prompts) as turns,
        sum(requests) as model_calls,
        {% for column in ['tool_calls', 'sub_agents', 'errors'] + decisions + both_tell -%}
            sum({{ column }}) as {{ column }},
        {% endfor -%}
        sum(granted_permissions + denied_permissions + rule_decisions) > 0 as has_decisions
    from {{ rows_of(ref('int_usage__otel_session_days')) }} as session_days
    where session_id != 'unknown'
    group by session_id

)

select
    coalesce(span_runs.run_id, session_runs.run_id) as run_id,
    case when span_runs.run_id is not null then 'otel_spans' else 'claude_code_events' end as source_system,
    case when span_runs.run_id is not null then span_runs.tool else 'claude_code' end as tool,
    span_runs.agent_name,
    case
        when span_runs.run_id is not null then span_runs.trigger_type
        when session_runs.turns > 0 then 'person'
        else 'unknown'
    end as trigger_type,
    coalesce(span_runs.account, session_runs.account) as account,
    case when span_runs.account is not null then span_runs.account_type else session_runs.account_type end
        as account_type,
    span_runs.sponsor,
    span_runs.sponsor_type,
    coalesce(span_runs.started_at, session_runs.started_at) as started_at,
    coalesce(span_runs.ended_at, session_runs.ended_at) as ended_at,
    case span_runs.is_failed when true then 'failed' when false then 'succeeded' else 'unknown' end as status,
    {% for each in ['turns', 'model_calls', 'tool_calls', 'sub_agents', 'errors'] + both_tell -%}
        cast(case when {{ told }} then span_runs.{{ each }} else session_runs.{{ each }} end as bigint) as {{ each }},
    {% endfor -%}
    -- both tell the same decisions of a session, the events all of them
    {% for each in decisions -%}
        cast(case when {{ decide }} then span_runs.{{ each }} else session_runs.{{ each }} end as bigint) as {{ each }},
    {% endfor -%}
    cast(span_runs.steps as bigint) as steps,
    cast(span_runs.unanswered_permissions as bigint) as unanswered_permissions,
    cast(span_runs.unclassified_input_tokens as bigint) as unclassified_input_tokens
from span_runs
full outer join session_runs
    on span_runs.run_id = session_runs.run_id
