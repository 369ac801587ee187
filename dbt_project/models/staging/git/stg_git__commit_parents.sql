select
    commit_parents.repository,
    commit_parents.sha,
    commit_parents.position,
    commit_parents.parent_sha,
    commit_parents.committed_at
from {{ source('git', 'commit_parents') }} as commit_parents
inner join {{ ref('stg_git__repositories') }} as repositories
    on commit_parents.repository = repositories.repository
    and commit_parents.history_generation = repositories.history_generation
qualify row_number() over (
    partition by commit_parents.repository, commit_parents.sha, commit_parents.position
    order by commit_parents._as_of desc, commit_parents._load_id desc
) = 1
