select
    commits.repository,
    commits.sha,
    commits.authored_at,
    commits.committed_at,
    commits.author_email as author_identifier,
    commits.committer_email as committer_identifier,
    commits.parents,
    commits.first_parent_sha,
    commits.mainline_position,
    commits.landed_in_sha,
    commits.is_merge,
    commits.additions,
    commits.deletions,
    commits.changed_files,
    commits.pull_request_number,
    commits.reverts_sha,
    commits.reverts_change_number
from {{ source('git', 'commits') }} as commits
inner join {{ ref('stg_git__repositories') }} as repositories
    on commits.repository = repositories.repository
    and commits.history_generation = repositories.history_generation
qualify row_number() over (
    partition by commits.repository, commits.sha
    order by commits._as_of desc, commits._load_id desc
) = 1
