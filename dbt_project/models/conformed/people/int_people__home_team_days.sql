with context as (

    select
        {{ local_date("as_of - interval '1' second", 'organisation_zone') }} as last_day,
        cast(date_trunc('week', history_start_date) as date) as first_day
    from {{ ref('stg_run__context') }}

),

memberships as (

    select
        memberships.*,
        greatest(memberships.valid_from_date, context.first_day) as first_day,
        least(
            coalesce(cast({{ dbt.dateadd('day', -1, 'memberships.valid_to_date') }} as date), context.last_day),
            coalesce(cast({{ dbt.dateadd('day', -1, 'memberships.gone_from_date') }} as date), context.last_day),
            context.last_day
        ) as last_day
    from {{ ref('int_people__memberships') }} as memberships
    cross join context

),

member_days as (

    select
        person_key,
        team_id,
        allocation_percent,
        valid_from_date,
        gone_from_date,
        {{ explode_days('first_day', 'last_day') }} as day
    from memberships
    where first_day <= last_day

)

select
    person_key,
    day,
    team_id
from member_days
-- current memberships go before those that are no longer in the file
qualify row_number() over (
    partition by person_key, day
    order by
        case when gone_from_date is null then 0 else 1 end asc,
        allocation_percent desc,
        valid_from_date desc,
        team_id asc
) = 1
