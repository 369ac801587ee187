with commits as (

    select * from {{ ref('stg_git__commits') }}

)

-- a commit that came by a merge stands where the merge stands
select
    commits.repository,
    commits.commit_sha,
    coalesce(commits.mainline_position, landings.mainline_position) as mainline_position
from commits
left join commits as landings
    on commits.repository = landings.repository
    and commits.landed_in_sha = landings.commit_sha
where coalesce(commits.mainline_position, landings.mainline_position) is not null
