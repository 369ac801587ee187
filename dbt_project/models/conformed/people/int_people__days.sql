with context as (

    -- as_of is exclusive: a day that begins at it does not count
    select
        *,
        {{ local_date("as_of - interval '1' second", 'organisation_zone') }} as last_day,
        cast(date_trunc('week', history_start_date) as date) as first_day
    from {{ ref('stg_run__context') }}

),

people as (

    select * from {{ ref('int_people__employments') }}

),

employed as (

    select
        people.*,
        greatest(people.start_date, context.first_day) as first_day,
        -- a person who left the file without an end date was employed until that day
        least(
            coalesce(people.end_date, context.last_day),
            coalesce(cast({{ dbt.dateadd('day', -1, 'people.gone_from_date') }} as date), context.last_day),
            context.last_day
        ) as last_day
    from people
    cross join context

),

exploded as (

    select
        person_key,
        country,
        role_family,
        employment_type,
        start_date,
        {{ explode_days('first_day', 'last_day') }} as day
    from employed
    where first_day <= last_day

),

person_days as (

    select
        *,
        cast({{ dbt.dateadd('day', 5, "date_trunc('week', day)") }} as date) as saturday
    from exploded
    qualify row_number() over (partition by person_key, day order by start_date desc) = 1

),

absent_days as (

    select distinct
        person_days.person_key,
        person_days.day
    from person_days
    inner join {{ ref('stg_company_files__absences') }} as absences
        on person_days.person_key = absences.person_key
        and person_days.day between absences.first_date and absences.last_date

),

public_holidays as (

    select distinct
        people.country,
        holidays.holiday_date
    from people
    inner join {{ ref('stg_company_files__holidays') }} as holidays
        on holidays.country = '*' or people.country = holidays.country

)

select
    person_days.person_key,
    person_days.day,
    coalesce(home_teams.team_id, 'unassigned') as team_id,
    person_days.day < person_days.saturday and public_holidays.holiday_date is null as is_working_day,
    absent_days.day is not null as is_absent,
    coalesce(roles.is_eligible, false) as is_eligible_developer
from person_days
left join {{ ref('int_people__home_team_days') }} as home_teams
    on person_days.person_key = home_teams.person_key
    and person_days.day = home_teams.day
left join absent_days
    on person_days.person_key = absent_days.person_key
    and person_days.day = absent_days.day
left join public_holidays
    on coalesce(person_days.country, '*') = coalesce(public_holidays.country, '*')
    and person_days.day = public_holidays.holiday_date
left join {{ ref('eligible_roles') }} as roles
    on person_days.role_family = roles.role_family
    and person_days.employment_type = roles.employment_type
