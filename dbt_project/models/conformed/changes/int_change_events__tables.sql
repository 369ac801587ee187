select
    'tables' as source_system,
    'review:' || system || ':' || review_id as event_id,
    repository,
    change_number,
    'review' as event_kind,
    submitted_at as occurred_at,
    reviewer_identifier as actor_identifier,
    state as review_state
from {{ ref('stg_tables__reviews') }}
where coalesce(state, 'commented') != 'pending'
