with changes as (

    select * from {{ ref('stg_git__changes') }}

),

commits as (

    select * from {{ ref('stg_git__commits') }}

),

by_number as (

    select
        reverting.change_id,
        reverted.change_id as reverted_change_id,
        'number' as method
    from changes as reverting
    inner join changes as reverted
        on reverting.repository = reverted.repository
        and reverting.reverts_change_number = reverted.pull_request_number
        and reverting.mainline_position > reverted.mainline_position
        and reverted.is_first_of_number

),

by_sha as (

    select
        reverting.change_id,
        reverted.change_id as reverted_change_id,
        'sha' as method
    from changes as reverting
    inner join commits
        on reverting.repository = commits.repository
        and substring(commits.sha, 1, length(reverting.reverts_sha)) = reverting.reverts_sha
        and reverting.mainline_position > commits.mainline_position
    inner join changes as reverted
        on commits.repository = reverted.repository
        and commits.sha = reverted.merge_commit_sha

),

named as (

    select * from by_number
    union all
    select * from by_sha

)

select
    named.change_id,
    named.reverted_change_id,
    min(named.method) as method,
    min(reverting.repository) as repository,
    min(reverting.merged_at) as reverted_at
from named
inner join changes as reverting
    on named.change_id = reverting.change_id
group by named.change_id, named.reverted_change_id
