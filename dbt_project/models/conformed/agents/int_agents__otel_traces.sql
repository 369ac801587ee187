{%- set rounds = 3 -%}
{#- column -> which column must be there, so that the earliest part tells it -#}
{%- set told = {
    'account': 'account', 'account_type': 'account', 'sponsor': 'sponsor', 'sponsor_type': 'sponsor',
    'trigger_type': 'trigger_type', 'agent_name': 'agent_name',
} -%}
with traces as (

    select
        trace_id,
        min(place) as place,
        min_by(conversation_id, case when conversation_id is not null then place end) as conversation_id,
        min_by(linked_trace_id, case when linked_trace_id is not null then place end) as linked_trace_id,
        min_by(tool, case when agents > 0 then place end) as agent_tool,
        min_by(tool, place) as first_tool,
        {% for column, there in told.items() -%}
            min_by({{ column }}, case when {{ there }} is not null then place end) as {{ column }},
        {% endfor -%}
        sum(model_calls) > 0 as has_model_calls,
        sum(agents) > 0 as has_agents,
        min(usage_date) as first_date
    from {{ ref('int_usage__otel_trace_days') }}
    where trace_id is not null
    group by trace_id

),

-- a trace that links to another one was begun by it; each round follows the links twice as far
round_0 as (

    select
        traces.trace_id,
        coalesce(linked.trace_id, traces.trace_id) as head_trace_id
    from traces
    left join traces as linked
        on traces.linked_trace_id = linked.trace_id

),
{% for round in range(1, rounds + 1) %}
    round_{{ round }} as (

        select
            reached.trace_id,
            further.head_trace_id
        from round_{{ round - 1 }} as reached
        inner join round_{{ round - 1 }} as further
            on reached.head_trace_id = further.trace_id

    ),
{% endfor %}
placed as (

    select
        traces.*,
        traces.trace_id != heads.head_trace_id as is_linked,
        coalesce(head_traces.conversation_id, head_traces.trace_id) as run_id
    from traces
    inner join round_{{ rounds }} as heads
        on traces.trace_id = heads.trace_id
    inner join traces as head_traces
        on heads.head_trace_id = head_traces.trace_id

),

runs as (

    select
        run_id,
        {% for column, there in told.items() -%}
            min_by({{ column }}, case when {{ there }} is not null then place end) as {{ column }},
        {% endfor -%}
        min_by(coalesce(agent_tool, first_tool), place) as tool,
        bool_or(has_agents) as is_of_agent
    from placed
    group by run_id

)

select
    placed.trace_id,
    placed.run_id,
    runs.tool as run_tool,
    runs.agent_name,
    runs.account,
    runs.account_type,
    runs.sponsor,
    runs.sponsor_type,
    coalesce(runs.trigger_type, 'unknown') as trigger_type,
    runs.is_of_agent,
    -- the same agent once more is the next turn of a conversation; another one works for it
    placed.has_agents and not placed.is_linked
    and coalesce(placed.agent_name, '') = coalesce(runs.agent_name, '') as is_turn,
    placed.has_model_calls,
    placed.place,
    placed.first_date
from placed
inner join runs
    on placed.run_id = runs.run_id
