select
    person_hr_id as person_key,
    date_from as first_date,
    date_to as last_date
from {{ source('company_files', 'absences') }}
-- the newest snapshot; two spellings of one personnel number have the same pseudonym
qualify
    rank() over (order by _as_of desc, _load_id desc) = 1
    and row_number() over (partition by _load_id, person_hr_id, date_from, date_to order by _day) = 1
