with numbered as (

    select
        *,
        service_id || '|' || coalesce(repo_full_name, '') || '|' || coalesce(path_prefix, '') as catalogue_key,
        dense_rank() over (order by _as_of, _load_id) as snapshot_number
    from {{ source('company_files', 'services') }}

),

placed as (

    select
        *,
        min(_day) over (order by snapshot_number range between 1 following and 1 following) as next_snapshot_date
    from numbered

)

select
    catalogue_key,
    service_id,
    repo_full_name as repository,
    path_prefix,
    owner_team_id as team_id,
    tier,
    deploy_source,
    next_snapshot_date as gone_from_date
from placed
qualify row_number() over (partition by catalogue_key order by snapshot_number desc, owner_team_id asc) = 1
