select
    as_of,
    cast(as_of as date) as as_of_date,
    organisation,
    organisation_zone,
    smallest_group,
    smallest_rate_n,
    smallest_median_n,
    cohort_days,
    dominance_share,
    active_target_share,
    history_start_date
from {{ source('run', 'night') }}
