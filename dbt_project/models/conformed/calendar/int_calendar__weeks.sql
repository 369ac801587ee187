with context as (

    -- as_of is exclusive: neither the day that has only begun at it counts, nor the local day that began an hour ago
    select
        least(
            {{ local_date("as_of - interval '1' second", 'organisation_zone') }},
            cast(as_of - interval '1' second as date)
        ) as last_day,
        {{ local_date('as_of', 'organisation_zone') }} as as_of_date,
        history_start_date
    from {{ ref('stg_run__context') }}

),

days as (

    select
        {{ explode_days('history_start_date', 'last_day') }} as day,
        as_of_date
    from context

),

weeks as (

    select distinct
        cast(date_trunc('week', day) as date) as week_start_date,
        as_of_date
    from days

),

thursdays as (

    select
        *,
        cast({{ dbt.dateadd('day', 3, 'week_start_date') }} as date) as thursday,
        cast({{ dbt.dateadd('day', 7, 'week_start_date') }} as date) as next_week_start_date
    from weeks

)

select
    week_start_date,
    next_week_start_date,
    -- an ISO week belongs to the year of its Thursday
    cast(extract(year from thursday) as string) || '-W'
    || lpad(cast(cast(floor((extract(doy from thursday) - 1) / cast(7 as double)) as bigint) + 1 as string), 2, '0')
        as iso_week,
    cast({{ dbt.datediff('next_week_start_date', 'as_of_date', 'day') }} as bigint) as days_since_end,
    next_week_start_date <= as_of_date as is_over
from thursdays
