with numbered as (

    select
        *,
        dense_rank() over (order by _as_of, _load_id) as snapshot_number
    from {{ source('company_files', 'team_memberships') }}

),

placed as (

    select
        *,
        min(_day) over (order by snapshot_number range between 1 following and 1 following) as next_snapshot_date
    from numbered

)

select
    person_hr_id as person_key,
    team_id,
    valid_from as valid_from_date,
    valid_to as valid_to_date,
    coalesce(allocation_pct, cast(100 as double)) as allocation_percent,
    next_snapshot_date as gone_from_date
from placed
qualify row_number() over (
    partition by person_hr_id, team_id, valid_from order by snapshot_number desc, allocation_pct desc
) = 1
