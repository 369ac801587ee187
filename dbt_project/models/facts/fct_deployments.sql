with deployments as (

    select * from {{ ref('int_deployments__placed') }}
    where not is_repeat

),

content as (

    select
        carried.deployment_id,
        count(*) as changes,
        count(reverting.reverting_id) as reverts,
        count(*) filter (where changes.is_hotfix) as hotfixes
    from {{ ref('int_deployments__changes') }} as carried
    inner join {{ ref('int_changes__unioned') }} as changes
        on carried.change_id = changes.change_id
    left join (select distinct reverting_id from {{ ref('int_changes__revert_pairs') }}) as reverting
        on carried.change_id = reverting.reverting_id
    where carried.deployment_id is not null
    group by carried.deployment_id

),

failures as (

    select
        deployment_id,
        count(*) filter (where method in ('explicit', 'rollback')) > 0 as is_declared,
        -- B.6: the last of its incidents decides; a rollback is the end of it only where there was none
        case
            when count(incident_id) = 0 then min(restored_at)
            when count(incident_id) = count(restored_at) filter (where incident_id is not null)
                then max(restored_at) filter (where incident_id is not null)
        end as restored_at
    from {{ ref('int_incidents__links') }}
    where role = 'cause'
    group by deployment_id

),

remediations as (

    select distinct deployment_id
    from {{ ref('int_incidents__links') }}
    where role = 'remediation'

),

dated as (

    select
        deployments.*,
        {{ local_date('deployments.finished_at', 'context.organisation_zone') }} as finished_date
    from deployments
    cross join {{ ref('stg_run__context') }} as context

)

select
    dated.source_system,
    dated.deployment_id,
    dated.service_id,
    dated.repository,
    coalesce(services_weeks.team_id, 'unassigned') as team_id,
    dated.environment,
    dated.commit_sha,
    dated.created_at,
    dated.finished_at,
    dated.finished_date,
    dated.is_finished,
    dated.is_success,
    dated.is_production,
    remediations.deployment_id is not null as is_rollback,
    dated.is_hotfix_ref or coalesce(content.reverts = content.changes, false)
    or coalesce(content.hotfixes = content.changes, false) as is_hotfix,
    coalesce(content.changes, 0) as changes,
    coalesce(content.changes, 0) > 0 as has_change,
    coalesce(failures.is_declared, false) as is_failure,
    failures.deployment_id is not null as is_failure_inferred,
    failures.restored_at,
    {{ elapsed_hours('dated.finished_at', 'failures.restored_at') }} as recovery_hours
from dated
left join {{ ref('int_services__weeks') }} as services_weeks
    on dated.service_id = services_weeks.service_id
    and cast(date_trunc('week', dated.finished_date) as date) = services_weeks.week_start_date
left join content
    on dated.deployment_id = content.deployment_id
left join failures
    on dated.deployment_id = failures.deployment_id
left join remediations
    on dated.deployment_id = remediations.deployment_id
