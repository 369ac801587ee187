select
    system,
    ticket_id,
    project,
    ticket_type,
    status,
    lower(status_category) as status_category,
    priority,
    created_at,
    updated_at,
    started_at,
    resolved_at,
    resolution,
    reopened,
    assignee as assignee_identifier,
    story_points,
    parent_id as parent_ticket_id
from {{ newest_not_deleted(source('tables', 'tickets'), ['system', 'ticket_id'], 'updated_at') }} as tickets
