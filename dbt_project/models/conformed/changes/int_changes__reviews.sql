with reviews as (

    select
        events.change_id,
        events.occurred_at,
        events.review_state,
        coalesce(identities.person_key, events.actor_identifier) as reviewer,
        coalesce(
            identities.actor_kind,
            case when substr(events.actor_identifier, 1, 2) = 'p_' then 'human' else 'bot' end
        ) in ('human', 'unknown') as is_person,
        events.actor_identifier = people.author_identifier
        or coalesce(identities.person_key = people.author_person_key, false) as is_author,
        coalesce(identities.person_key = people.sponsor_person_key, false) as is_sponsor,
        changes.created_at,
        changes.merged_at
    from {{ ref('int_changes__events') }} as events
    inner join {{ ref('int_changes__unioned') }} as changes
        on events.change_id = changes.change_id
    inner join {{ ref('int_changes__people') }} as people
        on events.change_id = people.change_id
    left join {{ ref('int_identities__resolved') }} as identities
        on lower(events.actor_identifier) = identities.identifier
        and cast(events.occurred_at as date) >= identities.valid_from_date
        and cast(events.occurred_at as date) < identities.valid_to_date
    -- a deleted account may have been the author's own, so its review does not count
    where
        events.event_kind = 'review'
        and events.actor_identifier is not null

),

classified as (

    select
        *,
        occurred_at < created_at as is_before_creation,
        coalesce(occurred_at <= merged_at, merged_at is null) as is_before_merge,
        is_person
        and not coalesce(is_author, false)
        and not is_sponsor
        and occurred_at >= created_at as is_qualifying
    from reviews

)

select
    change_id,
    min(occurred_at) filter (where is_qualifying) as first_review_at,
    min(occurred_at) filter (where is_qualifying and review_state = 'approved' and is_before_merge)
        as first_approval_at,
    count(distinct reviewer) filter (where is_qualifying and is_before_merge) as qualifying_reviewers,
    count(*) filter (where is_qualifying and is_before_merge) > 0 as has_qualifying_review,
    count(*) filter (where is_before_creation and is_person and not coalesce(is_author, false)) > 0
        as is_reviewed_before_creation,
    count(*) filter (where is_sponsor and review_state = 'approved' and is_before_merge) > 0
    and count(*) filter (where is_qualifying and review_state = 'approved' and is_before_merge) = 0
        as is_sponsor_only_approved
from classified
group by change_id
