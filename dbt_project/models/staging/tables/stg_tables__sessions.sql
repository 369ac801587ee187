select
    system,
    session_id,
    cast(started_at as date) as usage_date,
    started_at,
    ended_at,
    coalesce(account, 'unknown') as account,
    coalesce(identity_system, 'unknown') as account_type,
    prompts,
    requests
from {{ newest_not_deleted(
    source('tables', 'sessions'), ['system', 'session_id', 'cast(started_at as date)']
) }} as sessions
