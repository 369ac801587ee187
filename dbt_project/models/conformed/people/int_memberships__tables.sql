-- one team for the whole employment; its last day is the end date
select
    person_key,
    team_id,
    start_date as valid_from_date,
    cast({{ dbt.dateadd('day', 1, 'end_date') }} as date) as valid_to_date,
    cast(100 as double) as allocation_percent
from {{ ref('stg_tables__people') }}
where team_id is not null
