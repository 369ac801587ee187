select
    source,
    day
from {{ source('run', 'touched_days') }}
