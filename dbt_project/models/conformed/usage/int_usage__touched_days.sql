with touched_days as (

    select
        source,
        day
    from {{ ref('stg_run__touched_days') }}
    where source in ('claude_code', 'copilot')

),

-- two lines of a session log tell one answer when at most 2 days lie between them: a touched day changes the
-- answers of its neighbours, and those are decided by their own neighbours
reached_days as (

    select
        source,
        day as touched_date,
        {{ explode_days("day - interval 4 day", "day + interval 4 day") }} as usage_date
    from touched_days
    where source = 'claude_code'

    union all

    select
        source,
        day as touched_date,
        day as usage_date
    from touched_days
    where source != 'claude_code'

)

select
    source,
    usage_date,
    bool_or(abs({{ dbt.datediff('touched_date', 'usage_date', 'day') }}) <= 2) as is_replaced
from reached_days
group by source, usage_date
