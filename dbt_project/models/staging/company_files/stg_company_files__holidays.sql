select
    coalesce(upper(country), '*') as country,
    date as holiday_date
from {{ source('company_files', 'holidays') }}
qualify rank() over (order by _as_of desc, _load_id desc) = 1
