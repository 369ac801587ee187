{%- set columns = {
    'person_key': 'string', 'work_email_identifier': 'string', 'employment_type': 'string', 'role_family': 'string',
    'country': 'string', 'start_date': 'date', 'end_date': 'date', 'gone_from_date': 'date',
} -%}
with arms as (

    {{ union_arms(columns, ['stg_company_files__people', 'stg_tables__people'], place='arm_place') }}

)

-- a person's employments come from one source, the first that knows the person
select {{ columns | join(', ') }}
from arms
qualify arm_place = min(arm_place) over (partition by person_key)
