with neighbours as (

    select
        deployment_id,
        commit_sha,
        mainline_position,
        finished_at,
        lag(deployment_id) over by_finish as cause_deployment_id,
        lag(commit_sha) over by_finish as previous_sha,
        lag(mainline_position) over by_finish as previous_position,
        lag(finished_at) over by_finish as cause_finished_at,
        row_number() over (
            partition by repository, commit_sha
            order by finished_at, deployment_id
        ) as times_live
    from {{ ref('int_deployments__placed') }}
    where is_live and not is_repeat
    window by_finish as (partition by repository order by finished_at, deployment_id)

),

redeployed as (

    select
        cause_deployment_id,
        cause_finished_at,
        deployment_id as remediation_deployment_id,
        finished_at as remediation_finished_at
    from neighbours
    where
        times_live > 1
        and commit_sha != previous_sha
        -- going forward again after a rollback repairs nothing
        and coalesce(mainline_position < previous_position, true)

),

-- the change that was reverted went live with one deployment, its revert with a later one
reverted as (

    select
        introduced.deployment_id as cause_deployment_id,
        introduced.finished_at as cause_finished_at,
        repaired.deployment_id as remediation_deployment_id,
        repaired.finished_at as remediation_finished_at
    from {{ ref('int_changes__revert_pairs') }} as pairs
    inner join {{ ref('int_deployments__changes') }} as introduced
        on pairs.reverted_id = introduced.change_id
    inner join {{ ref('int_deployments__changes') }} as repaired
        on pairs.reverting_id = repaired.change_id
    where
        introduced.deployment_id != repaired.deployment_id
        and repaired.finished_at >= introduced.finished_at

)

select distinct
    remediation_deployment_id,
    cause_deployment_id,
    remediation_finished_at
from (
    select * from redeployed
    union all
    select * from reverted
) as found
-- B.6: a deployment that was repaired later than 72 hours after it went live was not an emergency
where {{ elapsed_hours('cause_finished_at', 'remediation_finished_at') }} <= 72
