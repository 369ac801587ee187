with numbered as (

    select
        *,
        dense_rank() over (order by _as_of, _load_id) as snapshot_number
    from {{ source('company_files', 'teams') }}

),

placed as (

    select
        *,
        min(_day) over (order by snapshot_number range between 1 following and 1 following) as next_snapshot_date
    from numbered

)

select
    team_id,
    coalesce(team_name, team_id) as team_name,
    parent_team_id,
    cost_center,
    valid_from as valid_from_date,
    valid_to as valid_to_date,
    next_snapshot_date as gone_from_date
from placed
qualify row_number() over (partition by team_id, valid_from order by snapshot_number desc, team_name asc) = 1
