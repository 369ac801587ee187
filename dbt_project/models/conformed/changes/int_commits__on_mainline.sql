with commits as (

    select
        repositories.repository,
        commits.sha as commit_sha,
        commits.committed_at,
        commits.mainline_position,
        commits.landed_in_sha,
        commits.reverts_sha,
        commits.reverts_change_number
    from {{ ref('stg_git__commits') }} as commits
    inner join {{ ref('int_changes__repositories') }} as repositories
        on lower(commits.repository) = repositories.repository_key

)

select
    commits.repository,
    commits.commit_sha,
    commits.committed_at,
    commits.mainline_position is not null as is_on_mainline,
    commits.landed_in_sha,
    -- a commit that arrived by a merge has the position of the merge
    coalesce(commits.mainline_position, landings.mainline_position) as mainline_position,
    commits.reverts_sha,
    commits.reverts_change_number
from commits
left join commits as landings
    on commits.repository = landings.repository
    and commits.landed_in_sha = landings.commit_sha
