with newest as (

    select
        coalesce(upper(country), '*') as country_code,
        date as holiday_date
    from {{ source('company_files', 'holidays') }}
    qualify rank() over (order by _as_of desc, _load_id desc) = 1

)

-- de and DE are one country
select distinct
    country_code as country,
    holiday_date
from newest
