with happened as (

    select
        'event:' || event_id as event_id,
        repository,
        pull_request_number,
        case when event = 'ready_for_review' then 'ready' when event like 'convert%' then 'draft' else event end
            as event_kind,
        created_at as occurred_at,
        actor_identifier,
        cast(null as string) as review_state
    from {{ ref('stg_github__pull_request_events') }}
    where event in ('ready_for_review', 'convert_to_draft', 'converted_to_draft', 'closed', 'reopened')
    union all
    select
        'review:' || review_id as event_id,
        repository,
        pull_request_number,
        'review' as event_kind,
        submitted_at as occurred_at,
        author_identifier as actor_identifier,
        state as review_state
    from {{ ref('stg_github__pull_request_reviews') }}
    where submitted_at is not null and state != 'pending'

)

select
    happened.event_id,
    {{ change_id("'github'", 'repositories.repository', 'happened.pull_request_number') }} as change_id,
    happened.event_kind,
    happened.occurred_at,
    happened.actor_identifier,
    happened.review_state
from happened
cross join {{ ref('stg_run__context') }} as context
inner join {{ ref('int_changes__repositories') }} as repositories
    on lower(happened.repository) = repositories.repository_key
where happened.occurred_at < context.as_of
