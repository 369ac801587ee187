with deployments as (

    select * from {{ ref('int_deployments__unioned') }}

),

positions as (

    select * from {{ ref('int_commits__positions') }}

),

services as (

    select
        repository,
        service_id,
        count(*) over (partition by repository) as services_of_repository
    from {{ ref('int_services__repositories') }}

),

-- the only service of the repository, or the one that the environment names; otherwise unknown
named as (

    select
        deployments.deployment_id,
        services.service_id
    from deployments
    inner join services
        on deployments.repository = services.repository
        and (
            services.services_of_repository = 1
            or lower(deployments.environment) like '%' || lower(services.service_id) || '%'
        )
    qualify row_number() over (
        partition by deployments.deployment_id
        order by length(services.service_id) desc, services.service_id
    ) = 1

),

placed as (

    select
        deployments.*,
        named.service_id,
        coalesce(named.service_id, deployments.repository) as target,
        positions.mainline_position,
        deployments.is_success and deployments.is_production as is_live
    from deployments
    left join named
        on deployments.deployment_id = named.deployment_id
    left join positions
        on deployments.repository = positions.repository
        and deployments.commit_sha = positions.commit_sha

),

neighbours as (

    select
        *,
        lag(commit_sha) over (partition by target, is_live order by finished_at, deployment_id) as previous_sha,
        lag(finished_at) over (partition by target, is_live order by finished_at, deployment_id) as previous_finished_at,
        lag(environment) over (partition by target, is_live order by finished_at, deployment_id) as previous_environment
    from placed

)

select
    source_system,
    deployment_id,
    native_id,
    repository,
    service_id,
    target,
    environment,
    commit_sha,
    mainline_position,
    created_at,
    finished_at,
    is_success,
    is_production,
    is_live,
    -- K11a: a re-run within 30 minutes, or a copy to another region within 60, is the same deployment
    is_live and coalesce(
        commit_sha = previous_sha
        and {{ elapsed_hours('previous_finished_at', 'finished_at') }}
            <= case when environment = previous_environment then cast(0.5 as double) else cast(1 as double) end,
        false
    ) as is_repeat
from neighbours
