with people_days as (

    select * from {{ ref('int_people__days') }}

)

select
    changes.source_system,
    milestones.change_id,
    changes.repository,
    changes.service_id,
    people.author_kind,
    case when milestones.ready_at is not null then coalesce(at_ready.team_id, 'unassigned') end
        as team_id_at_ready,
    case when milestones.merged_at is not null then coalesce(at_merge.team_id, 'unassigned') end
        as team_id_at_merge,
    case when milestones.closed_at is not null then coalesce(at_close.team_id, 'unassigned') end
        as team_id_at_close,
    milestones.created_at,
    milestones.first_commit_at,
    milestones.ready_at,
    milestones.first_review_at,
    milestones.review_at,
    milestones.first_approval_at,
    milestones.approval_at,
    milestones.merged_at,
    milestones.closed_at,
    carried.finished_at as deployed_at,
    reverts.reverted_at,
    milestones.ready_date,
    milestones.merged_date,
    milestones.closed_date,
    milestones.merged_at is not null as is_merged,
    milestones.closed_at is not null and milestones.merged_at is null as is_closed_unmerged,
    reverting.reverting_id is not null as is_revert,
    changes.is_hotfix,
    coalesce(reverts.is_out_of_effect, false) as is_out_of_effect,
    coalesce(reverts.is_reapplied, false) as is_reapplied,
    people.author_kind != 'bot'
    and not changes.is_repository_excluded
    -- a change into another branch counts once its commits are on the default branch
    and (
        changes.is_base_default
        or (milestones.merged_at is not null and commits.mainline_position is not null)
    )
        as is_standard_population,
    changes.has_lifecycle,
    changes.has_reviews,
    changes.has_reverts,
    changes.has_agent_signals,
    evidence.grade as ai_evidence_grade,
    evidence.agent_product,
    case when changes.has_reviews then milestones.has_qualifying_review end as has_qualifying_review,
    case when changes.has_reviews then milestones.is_sponsor_only_approved end as is_sponsor_only_approved,
    case when changes.has_reviews then milestones.qualifying_reviewers end as qualifying_reviewers,
    changes.merge_commit_sha,
    carried.deployment_id,
    carried.method as deployment_method,
    milestones.coding_hours,
    milestones.pickup_hours,
    milestones.review_hours,
    milestones.merge_wait_hours,
    case when changes.has_reviews then milestones.unreviewed_wait_hours end as unreviewed_wait_hours,
    {{ elapsed_hours('milestones.merged_at', 'carried.finished_at') }} as deploy_wait_hours,
    milestones.cycle_time_hours,
    milestones.commit_to_merge_hours,
    milestones.open_hours,
    milestones.draft_hours,
    milestones.redraft_hours,
    milestones.reopenings,
    milestones.is_first_commit_lost,
    milestones.is_reviewed_before_ready,
    milestones.is_reviewed_before_creation,
    milestones.is_reviewed_after_merge,
    coalesce(carried.is_deployed_before_merge, false) as is_deployed_before_merge,
    milestones.has_negative_duration
from {{ ref('int_changes__milestones') }} as milestones
inner join {{ ref('int_changes__unioned') }} as changes
    on milestones.change_id = changes.change_id
inner join {{ ref('int_changes__people') }} as people
    on milestones.change_id = people.change_id
left join people_days as at_ready
    on people.sponsor_person_key = at_ready.person_key
    and milestones.ready_date = at_ready.day
left join people_days as at_merge
    on people.sponsor_person_key = at_merge.person_key
    and milestones.merged_date = at_merge.day
left join people_days as at_close
    on people.sponsor_person_key = at_close.person_key
    and milestones.closed_date = at_close.day
left join {{ ref('int_changes__ai_evidence') }} as evidence
    on milestones.change_id = evidence.change_id
-- a squash may quote reverts within its own branch: only what undoes a landed change is a revert
left join (select distinct reverting_id from {{ ref('int_changes__revert_pairs') }}) as reverting
    on milestones.change_id = reverting.reverting_id
left join {{ ref('int_changes__reverts') }} as reverts
    on milestones.change_id = reverts.change_id
left join {{ ref('int_deployments__changes') }} as carried
    on milestones.change_id = carried.change_id
left join {{ ref('int_commits__on_mainline') }} as commits
    on changes.repository = commits.repository
    and changes.merge_commit_sha = commits.commit_sha
