select
    as_of,
    cast(as_of as date) as as_of_date,
    organisation,
    organisation_zone,
    min_group_size,
    min_rate_n,
    min_median_n,
    cohort_days,
    dominance_share,
    active_target_share,
    history_start_date
from {{ source('run', 'context') }}
