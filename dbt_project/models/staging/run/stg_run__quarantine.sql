select
    source,
    stream,
    reason,
    pointer,
    payload_sha256,
    load_id,
    rejection_number,
    as_of
from {{ source('run', 'quarantine') }}
