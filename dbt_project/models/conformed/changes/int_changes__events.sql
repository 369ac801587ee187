{%- set columns = {
    'source_system': 'string', 'event_id': 'string', 'repository': 'string', 'change_number': 'bigint',
    'event_kind': 'string', 'occurred_at': 'timestamp', 'actor_identifier': 'string', 'review_state': 'string',
} -%}
with arms as (

    {{ union_arms(columns, ['int_change_events__github', 'int_change_events__tables']) }}

)

-- of the source that the repository's changes come from
select
    arms.event_id,
    {{ change_id('arms.source_system', 'repositories.repository', 'arms.change_number') }} as change_id,
    arms.event_kind,
    arms.occurred_at,
    arms.actor_identifier,
    arms.review_state
from arms
cross join {{ ref('stg_run__context') }} as context
inner join {{ ref('int_changes__repositories') }} as repositories
    on lower(arms.repository) = repositories.repository_key
    and arms.source_system = repositories.change_source
where arms.occurred_at < context.as_of
