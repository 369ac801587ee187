select
    repository_id,
    repository,
    number as pull_request_number,
    sha as commit_sha,
    position,
    authored_at,
    committed_at,
    reverts_sha,
    agent_product,
    ai_evidence_grade,
    ai_evidence_signal
from {{ source('github', 'pull_request_commits') }}
qualify row_number() over (
    partition by repository_id, number, sha order by _as_of desc, _load_id desc
) = 1
