with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'otel' and is_replaced

),

-- the Collector may write the same span again after a failed delivery
exported_once as (

    select *
    from {{ ref('stg_otel__spans') }}
    where {{ on_days_of('replaced_days') }}
    qualify row_number() over (
        partition by usage_date, trace_id, span_id
        order by ended_at desc, load_id desc, file_digest asc, line asc, position asc
    ) = 1

),

-- input includes what the cache gave and took, but Claude Code tells the rest by itself; where a span tells nothing of
-- a cache, nobody knows what its input is made of
spans as (

    select
        *,
        cast(started_ns as string) || span_id as place,
        case
            when service_name like 'claude-code%' then 'claude_code'
            else coalesce(service_name, provider, 'unknown')
        end as tool,
        coalesce(all_input_tokens, uncached_input_tokens, output_tokens) is not null as has_tokens,
        case
            when uncached_input_tokens is not null then uncached_input_tokens
            when coalesce(cache_read_tokens, cache_write_tokens) is not null
                then greatest(all_input_tokens - coalesce(cache_read_tokens, 0) - coalesce(cache_write_tokens, 0), 0)
        end as rest_input_tokens,
        case
            when coalesce(uncached_input_tokens, cache_read_tokens, cache_write_tokens) is null then all_input_tokens
        end as unclassified_input_tokens
    from exported_once

)

select
    spans.trace_id,
    spans.span_id,
    spans.parent_span_id,
    spans.linked_trace_id,
    spans.conversation_id,
    spans.place,
    spans.role,
    spans.tool,
    spans.operation,
    spans.started_at,
    spans.ended_at,
    spans.is_error,
    spans.account,
    spans.account_type,
    spans.sponsor,
    spans.sponsor_type,
    spans.trigger_type,
    case when spans.role = 'agent' then coalesce(spans.agent_name, spans.agent_id, 'unnamed') end as agent_name,
    spans.tool_name,
    spans.tool_call_id,
    spans.permission,
    spans.is_decided_by_rule,
    spans.has_tokens,
    case when spans.has_tokens then coalesce(spans.model, 'unknown') else 'all' end as model,
    spans.response_id,
    spans.rest_input_tokens as uncached_input_tokens,
    spans.cache_read_tokens,
    spans.cache_write_tokens,
    spans.output_tokens,
    spans.unclassified_input_tokens,
    spans.reasoning_tokens,
    spans.all_input_tokens,
    {{ replaced_day('spans') }} as usage_date
from {{ rows_and_empty_days('spans') }}
