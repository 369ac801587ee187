{%- set columns = {
    'source_system': 'string', 'deployment_id': 'string', 'native_id': 'string', 'repository': 'string',
    'environment': 'string', 'commit_sha': 'string', 'created_at': 'timestamp', 'finished_at': 'timestamp',
    'is_success': 'boolean', 'is_hotfix_ref': 'boolean',
} -%}
with arms as (

    {{ union_arms(columns, ['int_deployments__github', 'int_deployments__tables', 'int_deployments__git']) }}

),

-- a repository's deployments come from one source
unioned as (

    select
        arms.source_system,
        coalesce(arms.deployment_id, arms.source_system || ':' || repositories.repository || '@' || arms.native_id)
            as deployment_id,
        arms.native_id,
        repositories.repository,
        repositories.service_id,
        arms.environment,
        arms.commit_sha,
        arms.created_at,
        arms.finished_at,
        arms.is_success,
        arms.is_hotfix_ref
    from arms
    cross join {{ ref('stg_run__context') }} as context
    inner join {{ ref('int_changes__repositories') }} as repositories
        on lower(arms.repository) = repositories.repository_key
        and arms.source_system = repositories.deployment_source
    where arms.created_at < context.as_of

)

select
    *,
    finished_at is not null as is_finished,
    (
        lower(environment) in ('production', 'prod', 'prd', 'live')
        or lower(environment) like 'production%'
        or lower(environment) like 'prod-%'
        or lower(environment) like 'prod/%'
        or lower(environment) like '%-production'
        or lower(environment) like '%/production'
        or lower(environment) like '%-prod'
    ) and lower(environment) not like 'pre%' and lower(environment) not like 'non%' as is_production
from unioned
