with numbered as (

    select
        *,
        dense_rank() over (order by _as_of, _load_id) as snapshot_number
    from {{ source('company_files', 'people') }}

),

placed as (

    select
        *,
        min(_day) over (order by snapshot_number range between 1 following and 1 following) as next_snapshot_date
    from numbered

)

select
    person_hr_id as person_key,
    work_email as work_email_identifier,
    coalesce(lower(employment_type), 'employee') as employment_type,
    coalesce(lower(role_family), 'other') as role_family,
    upper(country) as country,
    start_date,
    end_date,
    next_snapshot_date as gone_from_date
from placed
qualify row_number() over (partition by person_hr_id, start_date order by snapshot_number desc, work_email asc) = 1
