select
    'github' as source_system,
    'event:' || event_id as event_id,
    repository,
    pull_request_number as change_number,
    case when event = 'ready_for_review' then 'ready' when event like 'convert%' then 'draft' else event end
        as event_kind,
    created_at as occurred_at,
    actor_identifier,
    cast(null as string) as review_state
from {{ ref('stg_github__pull_request_events') }}
where event in ('ready_for_review', 'convert_to_draft', 'converted_to_draft', 'closed', 'reopened')
union all
select
    'github' as source_system,
    'review:' || review_id as event_id,
    repository,
    pull_request_number as change_number,
    'review' as event_kind,
    submitted_at as occurred_at,
    author_identifier as actor_identifier,
    state as review_state
from {{ ref('stg_github__pull_request_reviews') }}
where submitted_at is not null and state != 'pending'
