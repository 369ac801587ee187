select
    system,
    run_id,
    coalesce(attempt, 1) as attempt,
    repository,
    workflow,
    branch_is_default as is_default_branch,
    head_sha,
    trigger as triggered_by,
    lower(conclusion) as conclusion,
    created_at,
    started_at,
    finished_at
from {{ newest_not_deleted(
    source('tables', 'ci_runs'), ['system', 'run_id', 'coalesce(attempt, 1)'], 'updated_at'
) }} as ci_runs
