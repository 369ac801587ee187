with first_commits as (

    select
        change_id,
        min(authored_at) as first_commit_at
    from {{ ref('int_changes__commits') }}
    group by change_id

),

gathered as (

    select
        changes.change_id,
        changes.created_at,
        coalesce(draft_periods.draft_hours, cast(0 as double)) as draft_hours,
        coalesce(draft_periods.redraft_hours, cast(0 as double)) as redraft_hours,
        draft_periods.ready_at,
        coalesce(first_commits.first_commit_at, changes.first_commit_at) as first_commit_at,
        reviews.first_review_at,
        reviews.first_approval_at,
        coalesce(reviews.qualifying_reviewers, 0) as qualifying_reviewers,
        coalesce(reviews.has_qualifying_review, false) as has_qualifying_review,
        coalesce(reviews.is_sponsor_only_approved, false) as is_sponsor_only_approved,
        coalesce(reviews.is_reviewed_before_creation, false) as is_reviewed_before_creation,
        changes.merged_at,
        close_events.closed_at,
        close_events.reopenings,
        close_events.open_hours,
        context.organisation_zone
    from {{ ref('int_changes__unioned') }} as changes
    cross join {{ ref('stg_run__context') }} as context
    inner join {{ ref('int_changes__close_events') }} as close_events
        on changes.change_id = close_events.change_id
    left join {{ ref('int_changes__draft_periods') }} as draft_periods
        on changes.change_id = draft_periods.change_id
    left join {{ ref('int_changes__reviews') }} as reviews
        on changes.change_id = reviews.change_id
    left join first_commits
        on changes.change_id = first_commits.change_id

),

placed as (

    -- a force-push may remove the first commits: the total starts at ready then, and coding time is unknown
    select
        *,
        coalesce(first_commit_at > ready_at, false) as is_first_commit_lost,
        case when first_commit_at > ready_at then ready_at else first_commit_at end as started_at,
        case when first_review_at is not null then greatest(ready_at, first_review_at) end as review_at,
        case
            when first_approval_at is not null then greatest(ready_at, first_review_at, first_approval_at)
        end as approval_at
    from gathered

),

timed as (

    select
        *,
        case when not is_first_commit_lost then {{ elapsed_hours('first_commit_at', 'ready_at') }} end
            as coding_hours,
        {{ elapsed_hours('ready_at', 'review_at') }} as pickup_hours,
        -- a first review after the merge is not a stage before it
        case
            when review_at <= coalesce(approval_at, merged_at)
                then {{ elapsed_hours('review_at', 'coalesce(approval_at, merged_at)') }}
        end as review_hours,
        {{ elapsed_hours('approval_at', 'merged_at') }} as merge_wait_hours,
        {{ elapsed_hours('ready_at', 'merged_at') }} as cycle_time_hours,
        {{ elapsed_hours('started_at', 'merged_at') }} as commit_to_merge_hours
    from placed

)

select
    change_id,
    created_at,
    started_at as first_commit_at,
    is_first_commit_lost,
    ready_at,
    first_review_at,
    review_at,
    first_approval_at,
    approval_at,
    merged_at,
    closed_at,
    reopenings,
    qualifying_reviewers,
    has_qualifying_review,
    is_sponsor_only_approved,
    coalesce(first_review_at < ready_at, false) as is_reviewed_before_ready,
    is_reviewed_before_creation,
    coalesce(first_review_at > merged_at, false) as is_reviewed_after_merge,
    {{ local_date('ready_at', 'organisation_zone') }} as ready_date,
    {{ local_date('merged_at', 'organisation_zone') }} as merged_date,
    {{ local_date('closed_at', 'organisation_zone') }} as closed_date,
    draft_hours,
    redraft_hours,
    open_hours,
    -- a negative duration is an error of a clock: null here, and flagged
    case when coding_hours >= 0 then coding_hours end as coding_hours,
    pickup_hours,
    review_hours,
    case when merge_wait_hours >= 0 then merge_wait_hours end as merge_wait_hours,
    case when cycle_time_hours >= 0 and not has_qualifying_review then cycle_time_hours end
        as unreviewed_wait_hours,
    case when cycle_time_hours >= 0 then cycle_time_hours end as cycle_time_hours,
    case when commit_to_merge_hours >= 0 then commit_to_merge_hours end as commit_to_merge_hours,
    coalesce(least(coding_hours, merge_wait_hours, cycle_time_hours, commit_to_merge_hours) < 0, false)
        as has_negative_duration
from timed
