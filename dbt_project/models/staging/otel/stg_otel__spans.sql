select
    trace_id,
    span_id,
    parent_span_id,
    linked_trace_id,
    role,
    start_time_unix_nano as started_ns,
    started_at,
    ended_at,
    coalesce(status__code = 2, false) as is_error,
    account,
    account_type,
    sponsor,
    sponsor_type,
    trigger as trigger_type,
    permission,
    coalesce(is_decided_by_rule, false) as is_decided_by_rule,
    resource__service_name as service_name,
    gen_ai_operation_name as operation,
    coalesce(gen_ai_provider_name, gen_ai_system, llm_provider) as provider,
    coalesce(gen_ai_response_model, gen_ai_request_model, llm_model_name) as model,
    gen_ai_response_id as response_id,
    coalesce(gen_ai_conversation_id, session_id) as conversation_id,
    gen_ai_agent_id as agent_id,
    coalesce(gen_ai_agent_name, agent_name) as agent_name,
    coalesce(gen_ai_tool_name, tool_name) as tool_name,
    gen_ai_tool_call_id as tool_call_id,
    coalesce(gen_ai_usage_input_tokens, gen_ai_usage_prompt_tokens, llm_token_count_prompt) as all_input_tokens,
    input_tokens as uncached_input_tokens,
    coalesce(
        gen_ai_usage_cache_read_input_tokens, llm_token_count_prompt_details_cache_read, cache_read_tokens
    ) as cache_read_tokens,
    coalesce(
        gen_ai_usage_cache_write_input_tokens,
        gen_ai_usage_cache_creation_input_tokens,
        llm_token_count_prompt_details_cache_write,
        cache_creation_tokens
    ) as cache_write_tokens,
    coalesce(
        gen_ai_usage_output_tokens, gen_ai_usage_completion_tokens, llm_token_count_completion, output_tokens
    ) as output_tokens,
    coalesce(
        gen_ai_usage_reasoning_output_tokens, llm_token_count_completion_details_reasoning
    ) as reasoning_tokens,
    file_digest,
    line,
    position,
    _load_id as load_id,
    _day as usage_date
from {{ source('otel', 'spans') }}
