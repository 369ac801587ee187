with changes as (

    select
        changes.change_id,
        changes.repository,
        changes.merged_at,
        commits.mainline_position
    from {{ ref('int_changes__unioned') }} as changes
    left join {{ ref('int_commits__on_mainline') }} as commits
        on changes.repository = commits.repository
        and changes.merge_commit_sha = commits.commit_sha
    where changes.merged_at is not null

),

live as (

    select
        *,
        row_number() over (partition by repository order by finished_at, deployment_id) = 1 as is_first
    from {{ ref('int_deployments__placed') }}
    where
        is_live
        and not is_repeat

),

-- a deployment contains a change when its commit is at or after the merge on the default branch
containing as (

    select
        changes.change_id,
        changes.merged_at,
        live.deployment_id,
        live.finished_at,
        live.is_first,
        'commits' as method
    from changes
    inner join live
        on changes.repository = live.repository
        and changes.mainline_position <= live.mainline_position
    qualify row_number() over (
        partition by changes.change_id
        order by live.finished_at, live.deployment_id
    ) = 1

),

-- without a position in the history only the time decides
following as (

    select
        changes.change_id,
        changes.merged_at,
        live.deployment_id,
        live.finished_at,
        live.is_first,
        'time' as method
    from changes
    inner join live
        on changes.repository = live.repository
        and (live.mainline_position is null or changes.mainline_position is null)
        and changes.merged_at <= live.finished_at
    left join containing
        on changes.change_id = containing.change_id
    where containing.change_id is null
    qualify row_number() over (
        partition by changes.change_id
        order by live.finished_at, live.deployment_id
    ) = 1

),

carried as (

    select
        *,
        finished_at < merged_at as is_deployed_before_merge,
        -- the first deployment contains all history: only the last 30 days of it arrived with it
        is_first and {{ elapsed_hours('merged_at', 'finished_at') }} > 720 as is_older_than_records
    from (
        select * from containing
        union all
        select * from following
    ) as found

)

select
    change_id,
    case when not is_deployed_before_merge then deployment_id end as deployment_id,
    case when not is_deployed_before_merge then finished_at end as finished_at,
    method,
    is_deployed_before_merge
from carried
where not is_older_than_records
