{%- set classes = [
    'uncached_input_tokens', 'cache_read_tokens', 'cache_write_tokens', 'output_tokens', 'unclassified_input_tokens'
] -%}
-- tokens belong to who began the run, else to who answers for the agent
with owned as (

    select
        *,
        coalesce(account, sponsor, 'unknown') as owner,
        case
            when account is not null then account_type
            when sponsor is not null then sponsor_type
            else 'unknown'
        end as owner_type,
        case when trigger_type = 'schedule' then 'scheduled' else 'unknown' end as intent
    from {{ ref('int_agents__otel_traces') }}

),

-- without calls of models in the trace, the totals of its agents are all there is
parts as (

    select
        owned.*,
        days.usage_date,
        days.tool,
        days.model,
        {% for class in classes -%}
            case when owned.has_model_calls then days.{{ class }} else days.summary_{{ class }} end as {{ class }},
        {% endfor -%}
        days.model_calls
    from {{ ref('int_usage__otel_trace_days') }} as days
    inner join owned
        on days.trace_id = owned.trace_id

),

tokens as (

    select
        usage_date,
        tool,
        owner,
        owner_type,
        intent,
        model,
        {% for class in classes -%}
            cast(sum({{ class }}) as bigint) as {{ class }},
        {% endfor -%}
        cast(sum(case when has_model_calls then model_calls end) as bigint) as requests
    from parts
    where coalesce({{ classes | join(', ') }}) is not null
    group by usage_date, tool, owner, owner_type, intent, model

),

-- what a schedule did is no activity of who answers for the agent
activity as (

    select
        usage_date,
        run_tool as tool,
        account,
        account_type,
        intent,
        count(distinct run_id) as sessions,
        -- a turn that a person began is a prompt; where no trigger is known, nobody knows
        count(distinct case when trigger_type != 'unknown' then trace_id end) as known_traces,
        count(distinct case
            when is_turn and trigger_type in ('person', 'chat') and usage_date = first_date then trace_id
        end) as prompts
    from parts
    where is_of_agent and account is not null
    group by usage_date, run_tool, account, account_type, intent

)

select
    'otel_spans' as source_system,
    tool,
    owner as account,
    owner_type as account_type,
    'tokens' as measures,
    model,
    {% for class in classes -%}
        {{ class }},
    {% endfor -%}
    requests,
    cast(null as bigint) as sessions,
    cast(null as bigint) as prompts,
    intent,
    usage_date
from tokens

union all

select
    'otel_spans' as source_system,
    tool,
    account,
    account_type,
    'activity' as measures,
    'all' as model,
    {% for class in classes -%}
        cast(null as bigint) as {{ class }},
    {% endfor -%}
    cast(null as bigint) as requests,
    sessions,
    case when known_traces > 0 then prompts end as prompts,
    intent,
    usage_date
from activity
