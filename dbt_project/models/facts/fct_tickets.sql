with tickets as (

    select
        tickets.*,
        {{ local_date('tickets.resolved_at', 'context.organisation_zone') }} as resolved_date,
        -- of an open ticket the last day before the run
        {{ local_date(
            "coalesce(tickets.resolved_at, context.as_of - interval '1' second)", 'context.organisation_zone'
        ) }} as team_date
    from {{ ref('int_tickets__unioned') }} as tickets
    cross join {{ ref('stg_run__context') }} as context

)

select
    tickets.source_system,
    tickets.ticket_id,
    tickets.project,
    tickets.ticket_type,
    tickets.is_subtask,
    tickets.is_epic,
    tickets.parent_ticket_id,
    tickets.status_category,
    tickets.status_category = 'done' as is_resolved,
    tickets.is_deleted,
    tickets.priority,
    tickets.resolution,
    tickets.story_points,
    coalesce(people_days.team_id, 'unassigned') as team_id,
    tickets.created_at,
    tickets.started_at,
    tickets.first_resolved_at,
    tickets.first_reopened_at,
    tickets.resolved_at,
    tickets.resolved_date,
    tickets.reopened,
    tickets.active_hours,
    case
        when tickets.resolved_at >= tickets.created_at
            then {{ elapsed_hours('tickets.created_at', 'tickets.resolved_at') }}
    end as lead_time_hours,
    case
        when tickets.resolved_at >= tickets.started_at
            then {{ elapsed_hours('tickets.started_at', 'tickets.resolved_at') }}
    end as cycle_time_hours
from tickets
left join {{ ref('int_identities__resolved') }} as identities
    on lower(tickets.assignee_identifier) = identities.identifier
    and tickets.team_date >= identities.valid_from_date
    and tickets.team_date < identities.valid_to_date
left join {{ ref('int_people__days') }} as people_days
    on identities.person_key = people_days.person_key
    and tickets.team_date = people_days.day
