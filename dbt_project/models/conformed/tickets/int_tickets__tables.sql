select
    'tables' as source_system,
    system || ':' || ticket_id as ticket_id,
    project,
    ticket_type,
    -- what has been resolved is done, also where the rows name no status
    coalesce(status_category, case when resolved_at is not null then 'done' end) as status_category,
    priority,
    resolution,
    created_at,
    started_at,
    resolved_at,
    reopened,
    assignee_identifier,
    story_points,
    system || ':' || parent_ticket_id as parent_ticket_id
from {{ ref('stg_tables__tickets') }}
