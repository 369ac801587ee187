select
    'github' as source_system,
    repository,
    repository_id,
    pull_request_number as change_number,
    commit_sha,
    authored_at,
    agent_product,
    ai_evidence_signal,
    ai_evidence_grade
from {{ ref('stg_github__pull_request_commits') }}
