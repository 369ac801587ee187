select
    source,
    slice_key,
    stream,
    load_id,
    as_of,
    received,
    landed,
    quarantined
from {{ source('run', 'loads') }}
