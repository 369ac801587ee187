select
    person_hr_id as person_key,
    date_from as first_date,
    date_to as last_date
from {{ source('company_files', 'absences') }}
qualify rank() over (order by _as_of desc, _load_id desc) = 1
