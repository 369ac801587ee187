with context as (

    select * from {{ ref('stg_run__context') }}

),

repositories as (

    select * from {{ ref('int_changes__repositories') }}

),

statuses as (

    -- GitHub makes a superseded deployment inactive: it counts as a success if it ever succeeded
    select
        statuses.deployment_id,
        min(statuses.created_at) filter (where statuses.state = 'success') as succeeded_at,
        min(statuses.created_at) filter (where statuses.state in ('failure', 'error')) as failed_at
    from {{ ref('stg_github__deployment_statuses') }} as statuses
    cross join context
    where statuses.created_at < context.as_of
    group by statuses.deployment_id

),

from_github as (

    select
        'github' as source_system,
        'github:' || deployments.deployment_id as deployment_id,
        deployments.deployment_id as native_id,
        repositories.repository,
        repositories.service_id,
        coalesce(deployments.original_environment, deployments.environment) as environment,
        deployments.commit_sha,
        deployments.created_at,
        coalesce(statuses.succeeded_at, statuses.failed_at) as finished_at,
        statuses.succeeded_at is not null as is_success,
        coalesce(deployments.is_hotfix_ref, false) as is_hotfix_ref
    from {{ ref('stg_github__deployments') }} as deployments
    cross join context
    inner join repositories
        on lower(deployments.repository) = repositories.repository_key
        and repositories.deployment_source = 'github'
    left join statuses
        on deployments.deployment_id = statuses.deployment_id
    where deployments.created_at < context.as_of

),

tags as (

    select
        tags.*,
        repositories.repository as known_repository,
        repositories.service_id,
        bool_or(tags.is_semver) over (partition by repositories.repository) as has_versions
    from {{ ref('stg_git__tags') }} as tags
    inner join repositories
        on lower(tags.repository) = repositories.repository_key
        and repositories.deployment_source = 'git'

),

from_tags as (

    select
        'git' as source_system,
        'git:' || tags.known_repository || '@' || tags.tag_name as deployment_id,
        tags.tag_name as native_id,
        tags.known_repository as repository,
        tags.service_id,
        case when tags.is_prerelease then 'prerelease' else 'production' end as environment,
        tags.sha as commit_sha,
        tags.tagged_at as created_at,
        tags.tagged_at as finished_at,
        true as is_success,
        false as is_hotfix_ref
    from tags
    cross join context
    where tags.tagged_at < context.as_of
    -- in a repository with version tags, other tags are not releases
    and (tags.is_semver or not coalesce(tags.has_versions, false))

),

unioned as (

    select * from from_github
    union all
    select * from from_tags

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
