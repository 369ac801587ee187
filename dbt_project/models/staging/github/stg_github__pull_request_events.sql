select
    id as event_id,
    repository_id,
    repository,
    number as pull_request_number,
    event,
    created_at,
    case when substr(actor__login, 1, 2) = 'p_' then coalesce(actor__database_id, actor__login) else actor__login end
        as actor_identifier,
    actor__type as actor_type,
    commit_sha,
    state_reason,
    requested_reviewer_type,
    review_id,
    previous_review_state
from {{ source('github', 'pull_request_events') }}
qualify row_number() over (partition by id order by _as_of desc, _load_id desc) = 1
