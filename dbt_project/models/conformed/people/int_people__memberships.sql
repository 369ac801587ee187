{%- set columns = {
    'person_key': 'string', 'team_id': 'string', 'valid_from_date': 'date', 'valid_to_date': 'date',
    'allocation_percent': 'double', 'gone_from_date': 'date',
} -%}
with arms as (

    {{ union_arms(columns, ['stg_company_files__team_memberships', 'int_memberships__tables'], place='arm_place') }}

)

-- a person's teams come from one source, the first that knows any
select {{ columns | join(', ') }}
from arms
qualify arm_place = min(arm_place) over (partition by person_key)
