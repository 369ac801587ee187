with statuses as (

    -- GitHub makes a superseded deployment inactive: it counts as a success if it ever succeeded
    select
        statuses.deployment_id,
        min(statuses.created_at) filter (where statuses.state = 'success') as succeeded_at,
        min(statuses.created_at) filter (where statuses.state in ('failure', 'error')) as failed_at
    from {{ ref('stg_github__deployment_statuses') }} as statuses
    cross join {{ ref('stg_run__context') }} as context
    where statuses.created_at < context.as_of
    group by statuses.deployment_id

)

select
    'github' as source_system,
    'github:' || deployments.deployment_id as deployment_id,
    deployments.deployment_id as native_id,
    deployments.repository,
    coalesce(deployments.original_environment, deployments.environment) as environment,
    deployments.commit_sha,
    deployments.created_at,
    coalesce(statuses.succeeded_at, statuses.failed_at) as finished_at,
    statuses.succeeded_at is not null as is_success,
    coalesce(deployments.is_hotfix_ref, false) as is_hotfix_ref
from {{ ref('stg_github__deployments') }} as deployments
left join statuses
    on deployments.deployment_id = statuses.deployment_id
