with turns as (

    select
        change_id,
        occurred_at,
        event_kind,
        event_id
    from {{ ref('int_changes__events') }}
    where event_kind in ('closed', 'reopened')

),

last_turns as (

    select
        change_id,
        occurred_at,
        event_kind,
        count(case when event_kind = 'reopened' then 1 end) over (partition by change_id) as reopenings
    from turns
    qualify row_number() over (partition by change_id order by occurred_at desc, event_id desc) = 1

),

-- closed_at of the tool is that of its last closing ever; as of an earlier run only the events have it
ends as (

    select
        changes.change_id,
        changes.created_at,
        coalesce(
            changes.merged_at,
            changes.closed_at,
            case when last_turns.event_kind = 'closed' then last_turns.occurred_at end
        ) as closed_at,
        coalesce(last_turns.reopenings, 0) as reopenings
    from {{ ref('int_changes__unioned') }} as changes
    left join last_turns
        on changes.change_id = last_turns.change_id

),

states as (

    select
        change_id,
        'open' as state,
        created_at as started_at,
        '' as event_id
    from ends
    where created_at is not null
    union all
    select
        change_id,
        case when event_kind = 'closed' then 'closed' else 'open' end as state,
        occurred_at as started_at,
        event_id
    from turns

),

spans as (

    select
        *,
        lead(started_at) over (partition by change_id order by started_at, event_id) as next_at
    from states

),

timed as (

    select
        spans.change_id,
        {{ elapsed_hours('spans.started_at', 'least(spans.next_at, coalesce(ends.closed_at, context.as_of))') }}
            as hours
    from spans
    inner join ends
        on spans.change_id = ends.change_id
    cross join {{ ref('stg_run__context') }} as context
    where spans.state = 'open'

),

open_times as (

    select
        change_id,
        sum(greatest(hours, cast(0 as double))) as open_hours
    from timed
    group by change_id

)

select
    ends.change_id,
    ends.closed_at,
    ends.reopenings,
    open_times.open_hours
from ends
left join open_times
    on ends.change_id = open_times.change_id
