-- a pager service that several services share names none of them
select
    pagerduty_service_id,
    min(service_id) as service_id,
    min(team_id) as team_id
from {{ ref('stg_company_files__services') }}
where pagerduty_service_id is not null
    and gone_from_date is null
group by pagerduty_service_id
having count(distinct service_id) = 1
