with toggles as (

    select
        change_id,
        event_id,
        event_kind,
        occurred_at,
        row_number() over (partition by change_id order by occurred_at, event_id) as toggle_number
    from {{ ref('int_changes__events') }}
    where event_kind in ('ready', 'draft')

),

opened as (

    -- the history of drafts is only in the events: if the first event is "ready", it was opened as a draft
    select
        changes.change_id,
        changes.created_at,
        changes.merged_at,
        coalesce(changes.merged_at, close_events.closed_at, context.as_of) as ended_at,
        case
            when toggles.event_kind is null then coalesce(changes.is_draft, false)
            else toggles.event_kind = 'ready'
        end as is_opened_as_draft
    from {{ ref('int_changes__unioned') }} as changes
    cross join {{ ref('stg_run__context') }} as context
    left join {{ ref('int_changes__close_events') }} as close_events
        on changes.change_id = close_events.change_id
    left join toggles
        on changes.change_id = toggles.change_id
        and toggles.toggle_number = 1
    where changes.created_at is not null

),

states as (

    select
        change_id,
        'draft' as state,
        true as is_opening,
        created_at as started_at,
        '' as event_id
    from opened
    where is_opened_as_draft
    union all
    select
        change_id,
        event_kind as state,
        false as is_opening,
        occurred_at as started_at,
        event_id
    from toggles

),

spans as (

    select
        *,
        lead(started_at) over (
            partition by change_id
            order by started_at asc, is_opening desc, event_id asc
        ) as next_at
    from states

),

timed as (

    select
        spans.change_id,
        spans.state,
        spans.is_opening,
        spans.started_at,
        {{ elapsed_hours('spans.started_at', 'least(spans.next_at, opened.ended_at)') }} as hours
    from spans
    inner join opened
        on spans.change_id = opened.change_id

),

draft_times as (

    select
        change_id,
        min(started_at) filter (where state = 'ready') as first_ready_event_at,
        sum(greatest(hours, cast(0 as double))) filter (where state = 'draft') as draft_hours,
        sum(greatest(hours, cast(0 as double))) filter (where state = 'draft' and not is_opening)
            as redraft_hours
    from timed
    group by change_id

)

select
    opened.change_id,
    case
        when not opened.is_opened_as_draft then opened.created_at
        -- merged while still a draft: it was ready at the merge at the latest
        when opened.merged_at is not null
            then least(coalesce(draft_times.first_ready_event_at, opened.merged_at), opened.merged_at)
        else draft_times.first_ready_event_at
    end as ready_at,
    coalesce(draft_times.draft_hours, cast(0 as double)) as draft_hours,
    coalesce(draft_times.redraft_hours, cast(0 as double)) as redraft_hours
from opened
left join draft_times
    on opened.change_id = draft_times.change_id
