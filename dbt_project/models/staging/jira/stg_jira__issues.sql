select
    id as issue_id,
    key as issue_key,
    fields__project__key as project,
    fields__issuetype__name as issue_type,
    fields__issuetype__subtask as is_subtask,
    fields__issuetype__hierarchy_level as hierarchy_level,
    fields__status__name as status,
    fields__status__status_category__key as status_category,
    fields__statuscategorychangedate as status_category_changed_at,
    fields__priority__name as priority,
    fields__resolution__name as resolution,
    fields__created as created_at,
    fields__updated as updated_at,
    fields__resolutiondate as resolved_at,
    fields__parent__key as parent_issue_key,
    fields__assignee__account_id as assignee_identifier,
    fields__reporter__account_id as reporter_identifier,
    story_points,
    _as_of as last_seen_at
from {{ source('jira', 'issues') }}
qualify row_number() over (partition by id order by fields__updated desc, _as_of desc, _load_id desc) = 1
