select
    coalesce(upper(country), '*') as country,
    date as holiday_date
from {{ source('company_files', 'holidays') }}
-- the newest snapshot; de and DE are one country
qualify rank() over (order by _as_of desc, _load_id desc) = 1
    and row_number() over (partition by _load_id, coalesce(upper(country), '*'), date order by _day) = 1
