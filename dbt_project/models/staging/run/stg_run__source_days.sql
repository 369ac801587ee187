select
    source,
    stream,
    day,
    status,
    rows
from {{ source('run', 'source_days') }}
