{%- set columns = {
    'source_system': 'string', 'ticket_id': 'string', 'project': 'string', 'ticket_type': 'string',
    'is_subtask': 'boolean', 'is_epic': 'boolean', 'status_category': 'string', 'priority': 'string',
    'resolution': 'string', 'created_at': 'timestamp', 'started_at': 'timestamp', 'first_resolved_at': 'timestamp',
    'first_reopened_at': 'timestamp', 'resolved_at': 'timestamp', 'reopened': 'bigint', 'active_hours': 'double',
    'assignee_identifier': 'string', 'story_points': 'double', 'parent_ticket_id': 'string', 'is_deleted': 'boolean',
} -%}
with arms as (

    {{ union_arms(columns, ['int_tickets__jira', 'int_tickets__tables'], place='arm_place') }}

),

-- a tool without a history tells the state when it was read: what it says of a resolution after the run is unknown
seen as (

    select
        arms.*,
        context.as_of,
        coalesce(arms.resolved_at >= context.as_of, false) as is_resolved_later
    from arms
    cross join {{ ref('stg_run__context') }} as context
    where arms.created_at < context.as_of
    -- a ticket that the tool and the company's own tables tell is one: the tool itself is believed
    qualify row_number() over (partition by arms.ticket_id order by arms.arm_place) = 1

)

select
    source_system,
    ticket_id,
    project,
    ticket_type,
    is_subtask,
    is_epic,
    case when not is_resolved_later then status_category end as status_category,
    priority,
    case when not is_resolved_later then resolution end as resolution,
    created_at,
    case when started_at < as_of then started_at end as started_at,
    case
        when coalesce(first_resolved_at, resolved_at) < as_of then coalesce(first_resolved_at, resolved_at)
    end as first_resolved_at,
    case when first_reopened_at < as_of then first_reopened_at end as first_reopened_at,
    case when not is_resolved_later then resolved_at end as resolved_at,
    reopened,
    active_hours,
    assignee_identifier,
    story_points,
    parent_ticket_id,
    coalesce(is_deleted, false) as is_deleted
from seen
