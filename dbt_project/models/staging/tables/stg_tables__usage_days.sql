select
    system,
    usage_date,
    coalesce(account, 'unknown') as account,
    coalesce(identity_system, 'unknown') as account_type,
    coalesce(model, 'unknown') as model,
    uncached_input_tokens,
    cache_read_tokens,
    cache_write_tokens,
    output_tokens,
    unclassified_input_tokens,
    requests,
    sessions,
    prompts,
    accepted_results,
    cost_usd as reported_cost_usd
from {{ newest_not_deleted(
    source('tables', 'usage_days'), ['system', 'usage_date', 'account', 'model']
) }} as usage_days
