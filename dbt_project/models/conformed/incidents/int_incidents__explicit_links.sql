with causes as (

    select
        causes.incident_id,
        causes.cause_sha,
        causes.cause_deployment,
        incidents.service_id,
        incidents.started_at
    from {{ ref('int_incidents__explicit_causes') }} as causes
    inner join {{ ref('int_incidents__unioned') }} as incidents
        on causes.incident_id = incidents.incident_id
    where incidents.is_counted

),

live as (

    select * from {{ ref('int_deployments__placed') }}
    where is_live and not is_repeat

),

named as (

    select
        causes.incident_id,
        causes.cause_deployment as named,
        live.deployment_id,
        live.finished_at,
        1 as directness,
        causes.service_id = live.service_id as is_same_service
    from causes
    inner join live
        on causes.cause_deployment = live.native_id
        -- the name of a tag is unique only within its service
        and (live.source_system != 'git' or causes.service_id = live.service_id)
    where live.finished_at <= causes.started_at
    union all
    select
        causes.incident_id,
        causes.cause_sha as named,
        live.deployment_id,
        live.finished_at,
        2 as directness,
        causes.service_id = live.service_id as is_same_service
    from causes
    inner join live
        on substr(live.commit_sha, 1, length(causes.cause_sha)) = causes.cause_sha
    where live.finished_at <= causes.started_at
    union all
    select
        causes.incident_id,
        causes.cause_sha as named,
        carried.deployment_id,
        carried.finished_at,
        3 as directness,
        causes.service_id = live.service_id as is_same_service
    from causes
    inner join {{ ref('int_changes__commit_map') }} as commit_map
        on substr(commit_map.commit_sha, 1, length(causes.cause_sha)) = causes.cause_sha
    inner join {{ ref('int_deployments__changes') }} as carried
        on commit_map.change_id = carried.change_id
    inner join live
        on carried.deployment_id = live.deployment_id
    where carried.finished_at <= causes.started_at

)

-- a name means one deployment: the most direct reading, of the same service, the last before the incident
select
    incident_id,
    named,
    deployment_id
from named
qualify row_number() over (
    partition by incident_id, named
    order by directness asc, case when is_same_service then 0 else 1 end, finished_at desc, deployment_id asc
) = 1
