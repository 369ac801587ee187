with placed as (

    select
        deployments.*,
        commits.mainline_position,
        coalesce(deployments.is_success and deployments.is_production, false) as is_live
    from {{ ref('int_deployments__unioned') }} as deployments
    left join {{ ref('int_commits__on_mainline') }} as commits
        on deployments.repository = commits.repository
        and deployments.commit_sha = commits.commit_sha

),

neighbours as (

    select
        *,
        lag(commit_sha) over by_finish as previous_sha,
        lag(finished_at) over by_finish as previous_finished_at,
        lag(environment) over by_finish as previous_environment
    from placed
    window by_finish as (partition by repository, is_live order by finished_at, deployment_id)

)

select
    source_system,
    deployment_id,
    native_id,
    repository,
    service_id,
    environment,
    commit_sha,
    mainline_position,
    created_at,
    finished_at,
    is_success,
    is_finished,
    is_production,
    is_live,
    is_hotfix_ref,
    -- K11a: a re-run within 30 minutes, or a copy to another region within 60, is the same deployment
    is_live and coalesce(
        commit_sha = previous_sha
        and {{ elapsed_hours('previous_finished_at', 'finished_at') }}
        <= case when environment = previous_environment then cast(0.5 as double) else 1 end,
        false
    ) as is_repeat
from neighbours
