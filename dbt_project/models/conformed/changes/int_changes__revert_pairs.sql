with changes as (

    select * from {{ ref('int_changes__unioned') }}

),

commit_map as (

    select * from {{ ref('int_changes__commit_map') }}

),

-- reverting commits pushed to the default branch without a change of their own
direct_reverts as (

    select
        commits.repository,
        'commit:' || commits.repository || '@' || commits.commit_sha as reverting_id,
        commits.commit_sha,
        commits.committed_at as reverted_at,
        commits.reverts_change_number,
        commits.reverts_sha
    from {{ ref('int_commits__on_mainline') }} as commits
    left join commit_map
        on commits.repository = commit_map.repository
        and commits.commit_sha = commit_map.commit_sha
    where
        commits.is_on_mainline
        and (commits.reverts_sha is not null or commits.reverts_change_number is not null)
        and commit_map.change_id is null

),

reverting as (

    select
        repository,
        change_id as reverting_id,
        merged_at as reverted_at,
        reverts_change_number,
        reverts_sha
    from changes
    where
        merged_at is not null
        and (reverts_change_number is not null or reverts_sha is not null)
    union all
    select
        repository,
        reverting_id,
        reverted_at,
        reverts_change_number,
        reverts_sha
    from direct_reverts

),

targets as (

    select
        commit_map.repository,
        commit_map.commit_sha,
        commit_map.change_id as target_id,
        changes.merged_at as landed_at
    from commit_map
    inner join changes
        on commit_map.change_id = changes.change_id
    where changes.merged_at is not null
    union all
    select
        repository,
        commit_sha,
        reverting_id as target_id,
        reverted_at as landed_at
    from direct_reverts

)

select
    reverting.reverting_id,
    changes.change_id as reverted_id,
    reverting.reverted_at
from reverting
inner join changes
    on reverting.repository = changes.repository
    and reverting.reverts_change_number = changes.change_number
where
    changes.merged_at <= reverting.reverted_at
    and changes.change_id != reverting.reverting_id
union
-- git's messages may shorten the commit
select
    reverting.reverting_id,
    targets.target_id as reverted_id,
    reverting.reverted_at
from reverting
inner join targets
    on reverting.repository = targets.repository
    and substr(targets.commit_sha, 1, length(reverting.reverts_sha)) = reverting.reverts_sha
where
    targets.target_id != reverting.reverting_id
    and targets.landed_at <= reverting.reverted_at
