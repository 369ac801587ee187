-- an outcome whose time is unknown counts from when the deployment was begun
with placed as (

    select
        *,
        coalesce(finished_at, case when is_success is not null then created_at end) as known_at
    from {{ ref('stg_tables__deployments') }}

)

select
    'tables' as source_system,
    'tables:' || placed.system || ':' || placed.deployment_id as deployment_id,
    placed.deployment_id as native_id,
    placed.repository,
    placed.environment,
    placed.commit_sha,
    placed.created_at,
    case when placed.known_at < context.as_of then placed.known_at end as finished_at,
    coalesce(placed.is_success and placed.known_at < context.as_of, false) as is_success,
    false as is_hotfix_ref
from placed
cross join {{ ref('stg_run__context') }} as context
