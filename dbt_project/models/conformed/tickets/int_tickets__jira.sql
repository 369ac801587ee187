{#- Ids of changes count up: of two changes at one instant the shorter id came first. #}
{%- set in_order = 'order by changes.changed_at, length(changes.change_id), changes.change_id' -%}
with changes as (

    select
        changes.*,
        context.as_of,
        changes.changed_at < context.as_of as is_past,
        row_number() over (
            partition by changes.issue_id, changes.changed_field, changes.changed_at < context.as_of {{ in_order }}
        ) = 1 as is_first,
        lead(changes.changed_at) over (
            partition by changes.issue_id, changes.changed_field {{ in_order }}
        ) as next_changed_at,
        changes.to_category = 'done' and coalesce(changes.from_category, 'new') != 'done' as is_closing,
        changes.from_category = 'done' and changes.to_category != 'done' as is_reopening
    from {{ ref('stg_jira__issue_changes') }} as changes
    cross join {{ ref('stg_run__context') }} as context

),

-- only a change of the status has categories; what the first change after the run replaced held as of the run
histories as (

    select
        issue_id as changed_issue_id,
        max(from_category) filter (where is_first and not is_past) as later_category,
        bool_or(changed_field = 'resolution') filter (where is_first and not is_past) as has_later_resolution,
        max(from_name) filter (where changed_field = 'resolution' and is_first and not is_past) as later_resolution,
        bool_or(changed_field = 'assignee') filter (where is_first and not is_past) as has_later_assignee,
        max(from_assignee_identifier) filter (where is_first and not is_past) as later_assignee,
        max(from_category) filter (where is_first and is_past) as first_category,
        min(changed_at) filter (where changed_field = 'status' and is_past) as first_changed_at,
        min(changed_at) filter (where to_category = 'indeterminate' and is_past) as started_at,
        min(changed_at) filter (where is_closing and is_past) as first_resolved_at,
        max(changed_at) filter (where is_closing and is_past) as last_resolved_at,
        min(changed_at) filter (where is_reopening and is_past) as first_reopened_at,
        count(*) filter (where is_reopening and is_past) as reopened,
        sum({{ elapsed_hours('changed_at', 'least(coalesce(next_changed_at, as_of), as_of)') }}) filter (
            where to_category = 'indeterminate' and is_past
        ) as active_hours
    from changes
    group by issue_id

),

listed_projects as (

    select
        project,
        max(listed_at) as listed_at
    from {{ ref('stg_jira__issue_keys') }}
    group by project

),

states as (

    select
        issues.*,
        histories.*,
        context.as_of,
        coalesce(histories.later_category, issues.status_category) as category,
        coalesce(histories.first_category, histories.later_category, issues.status_category) as category_at_creation,
        coalesce(issue_keys.issue_id is null and issues.last_seen_at <= listed_projects.listed_at, false) as is_deleted
    from {{ ref('stg_jira__issues') }} as issues
    cross join {{ ref('stg_run__context') }} as context
    left join histories
        on issues.issue_id = histories.changed_issue_id
    left join {{ ref('stg_jira__issue_keys') }} as issue_keys
        on issues.issue_id = issue_keys.issue_id
    left join listed_projects
        on issues.project = listed_projects.project

)

select
    'jira' as source_system,
    'jira:' || issue_key as ticket_id,
    project,
    issue_type as ticket_type,
    is_subtask,
    hierarchy_level > 0 as is_epic,
    case category when 'done' then 'done' when 'indeterminate' then 'in_progress' else 'todo' end as status_category,
    priority,
    case when has_later_resolution then later_resolution else resolution end as resolution,
    created_at,
    case when category_at_creation = 'indeterminate' then created_at else started_at end as started_at,
    first_resolved_at,
    first_reopened_at,
    case
        when category = 'done' then coalesce(last_resolved_at, resolved_at, status_category_changed_at)
    end as resolved_at,
    coalesce(reopened, 0) as reopened,
    -- a closed issue without changes may have been worked on
    case
        when first_changed_at is not null or category != 'done'
            then
                coalesce(active_hours, 0)
                + case
                    when category_at_creation = 'indeterminate'
                        then {{ elapsed_hours('created_at', 'coalesce(first_changed_at, as_of)') }}
                    else 0
                end
    end as active_hours,
    case when has_later_assignee then later_assignee else assignee_identifier end as assignee_identifier,
    story_points,
    'jira:' || parent_issue_key as parent_ticket_id,
    is_deleted
from states
