with milestones as (

    select * from {{ ref('int_changes__milestones') }}

),

changes as (

    select * from {{ ref('int_changes__unioned') }}

),

people as (

    select * from {{ ref('int_changes__people') }}

),

context as (

    select * from {{ ref('stg_run__context') }}

),

people_days as (

    select * from {{ ref('int_people__days') }}

),

-- the most telling evidence, and the product that it names
evidence as (

    select
        change_id,
        grade,
        agent_product
    from {{ ref('int_changes__ai_evidence') }}
    qualify row_number() over (partition by change_id order by grade, signal, agent_product) = 1

),

-- a squash may quote reverts within its own branch: a revert is what undoes something that had landed
reverting as (

    select distinct reverting_id
    from {{ ref('int_changes__revert_pairs') }}

),

dated as (

    select
        milestones.*,
        people.author_kind,
        people.sponsor_person_key,
        {{ local_date('milestones.ready_at', 'context.organisation_zone') }} as ready_date,
        {{ local_date('milestones.merged_at', 'context.organisation_zone') }} as merged_date,
        {{ local_date('milestones.closed_at', 'context.organisation_zone') }} as closed_date
    from milestones
    cross join context
    inner join people
        on milestones.change_id = people.change_id

)

select
    changes.source_system,
    dated.change_id,
    changes.repository,
    changes.service_id,
    dated.author_kind,
    case when dated.ready_at is not null then coalesce(at_ready.team_id, 'unassigned') end
        as team_id_at_ready,
    case when dated.merged_at is not null then coalesce(at_merge.team_id, 'unassigned') end
        as team_id_at_merge,
    case when dated.closed_at is not null then coalesce(at_close.team_id, 'unassigned') end
        as team_id_at_close,
    dated.created_at,
    dated.first_commit_at,
    dated.ready_at,
    dated.first_review_at,
    dated.review_at,
    dated.first_approval_at,
    dated.approval_at,
    dated.merged_at,
    dated.closed_at,
    carried.finished_at as deployed_at,
    reverts.reverted_at,
    dated.ready_date,
    dated.merged_date,
    dated.closed_date,
    dated.merged_at is not null as is_merged,
    dated.closed_at is not null and dated.merged_at is null as is_closed_unmerged,
    reverting.reverting_id is not null as is_revert,
    changes.is_hotfix,
    coalesce(reverts.is_out_of_effect, false) as is_out_of_effect,
    coalesce(reverts.is_reapplied, false) as is_reapplied,
    dated.author_kind != 'bot'
    and not changes.is_repository_excluded
    -- a change into another branch counts once its commits are on the default branch
    and (
        changes.is_base_default
        or (dated.merged_at is not null and commits.mainline_position is not null)
    )
        as is_standard_population,
    changes.has_lifecycle,
    evidence.grade as ai_evidence_grade,
    evidence.agent_product,
    case when changes.has_lifecycle then dated.has_qualifying_review end as has_qualifying_review,
    case when changes.has_lifecycle then dated.is_sponsor_only_approved end as is_sponsor_only_approved,
    case when changes.has_lifecycle then dated.qualifying_reviewers end as qualifying_reviewers,
    changes.merge_commit_sha,
    carried.deployment_id,
    carried.method as deployment_method,
    dated.coding_hours,
    dated.pickup_hours,
    dated.review_hours,
    dated.merge_wait_hours,
    dated.unreviewed_wait_hours,
    {{ elapsed_hours('dated.merged_at', 'carried.finished_at') }} as deploy_wait_hours,
    dated.cycle_time_hours,
    dated.commit_to_merge_hours,
    dated.open_hours,
    dated.draft_hours,
    dated.redraft_hours,
    dated.reopenings,
    dated.is_first_commit_lost,
    dated.is_reviewed_before_ready,
    dated.is_reviewed_before_creation,
    dated.is_reviewed_after_merge,
    coalesce(carried.is_deployed_before_merge, false) as is_deployed_before_merge,
    dated.has_negative_duration
from dated
inner join changes
    on dated.change_id = changes.change_id
left join people_days as at_ready
    on dated.sponsor_person_key = at_ready.person_key
    and dated.ready_date = at_ready.day
left join people_days as at_merge
    on dated.sponsor_person_key = at_merge.person_key
    and dated.merged_date = at_merge.day
left join people_days as at_close
    on dated.sponsor_person_key = at_close.person_key
    and dated.closed_date = at_close.day
left join evidence
    on dated.change_id = evidence.change_id
left join reverting
    on dated.change_id = reverting.reverting_id
left join {{ ref('int_changes__reverts') }} as reverts
    on dated.change_id = reverts.change_id
left join {{ ref('int_deployments__changes') }} as carried
    on dated.change_id = carried.change_id
left join {{ ref('int_commits__on_mainline') }} as commits
    on changes.repository = commits.repository
    and changes.merge_commit_sha = commits.commit_sha
