-- lines of one answer in session logs lie at most 2 days apart: a touched day changes the answers of its neighbours,
-- and those depend on their own neighbours
with reached_days as (

    select
        source,
        day as touched_date,
        {{ explode_days("day - interval 4 day", "day + interval 4 day") }} as usage_date
    from {{ source('run', 'touched_days') }}
    where source = 'claude_code'

    union all

    select
        source,
        day as touched_date,
        day as usage_date
    from {{ source('run', 'touched_days') }}
    where source != 'claude_code'

)

select
    source,
    usage_date,
    bool_or(abs({{ dbt.datediff('touched_date', 'usage_date', 'day') }}) <= 2) as is_replaced
from reached_days
group by source, usage_date
