with changes as (

    select * from {{ ref('int_changes__unioned') }}

),

landings as (

    select
        repository,
        merge_commit_sha as commit_sha,
        change_id,
        merged_at
    from changes
    where merge_commit_sha is not null

),

members as (

    select
        repository,
        commit_sha,
        change_id,
        merged_at,
        0 as distance
    from landings
    union all
    select
        changes.repository,
        commits.commit_sha,
        commits.change_id,
        changes.merged_at,
        1 as distance
    from {{ ref('int_changes__commits') }} as commits
    inner join changes
        on commits.change_id = changes.change_id
    where commits.commit_sha is not null
    union all
    select
        commits.repository,
        commits.commit_sha,
        landings.change_id,
        landings.merged_at,
        2 as distance
    from {{ ref('int_commits__on_mainline') }} as commits
    inner join landings
        on commits.repository = landings.repository
        and commits.landed_in_sha = landings.commit_sha

)

-- a stacked change contains the commits of those below it: a commit belongs to the first of them that merged
select
    repository,
    commit_sha,
    change_id
from members
qualify row_number() over (
    partition by repository, commit_sha
    order by distance, merged_at nulls last, change_id
) = 1
