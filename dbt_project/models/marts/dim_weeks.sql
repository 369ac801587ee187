select
    week_start_date,
    next_week_start_date,
    iso_week,
    days_since_end,
    is_over
from {{ ref('int_calendar__weeks') }}
