select
    system,
    deployment_id,
    repository,
    environment,
    commit_sha,
    created_at,
    finished_at,
    is_success
from {{ newest_not_deleted(
    source('tables', 'deployments'), ['system', 'deployment_id'], 'updated_at'
) }} as deployments
