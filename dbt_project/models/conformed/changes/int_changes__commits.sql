select
    {{ change_id("'github'", 'repositories.repository', 'commits.pull_request_number') }} as change_id,
    commits.commit_sha,
    min(commits.authored_at) as authored_at,
    min(commits.agent_product) as agent_product,
    min(commits.ai_evidence_signal) as ai_evidence_signal,
    min(commits.ai_evidence_grade) as ai_evidence_grade
from {{ ref('stg_github__pull_request_commits') }} as commits
cross join {{ ref('stg_run__context') }} as context
inner join {{ ref('int_changes__repositories') }} as repositories
    on lower(commits.repository) = repositories.repository_key
where commits.authored_at < context.as_of
group by repositories.repository, commits.pull_request_number, commits.commit_sha
