select
    person_hr_id as person_key,
    work_email as work_email_identifier,
    coalesce(lower(employment_type), 'employee') as employment_type,
    coalesce(lower(role_family), 'other') as role_family,
    upper(country) as country,
    start_date,
    end_date,
    team_id
from {{ newest_not_deleted(source('tables', 'people'), ['person_hr_id', 'start_date']) }} as people
