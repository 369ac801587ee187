select
    account,
    timestamp as occurred_at,
    account_type,
    session_id,
    entrypoint,
    version as client_version,
    _day as usage_date
from {{ source('claude_code', 'session_prompts') }}
qualify row_number() over (
    partition by account, timestamp
    order by _as_of desc, _load_id desc, file_digest asc, line asc
) = 1
