with context as (

    select
        {{ local_date("as_of - interval '1' second", 'organisation_zone') }} as last_day,
        cast(date_trunc('week', history_start_date) as date) as first_day
    from {{ ref('stg_run__context') }}

),

absences as (

    select
        absences.person_key,
        greatest(absences.first_date, context.first_day) as first_day,
        least(absences.last_date, context.last_day) as last_day
    from {{ ref('stg_company_files__absences') }} as absences
    cross join context

),

exploded as (

    select
        person_key,
        {{ explode_days('first_day', 'last_day') }} as day
    from absences
    where first_day <= last_day

)

select distinct
    person_key,
    day
from exploded
