with numbered as (

    select
        *,
        dense_rank() over (order by _as_of, _load_id) as snapshot_number
    from {{ source('company_files', 'service_ids') }}

),

placed as (

    select
        *,
        min(_day) over (order by snapshot_number range between 1 following and 1 following) as next_snapshot_date
    from numbered

)

select
    service_id,
    system,
    external_id,
    next_snapshot_date as gone_from_date
from placed
qualify row_number() over (partition by service_id, system, external_id order by snapshot_number desc) = 1
