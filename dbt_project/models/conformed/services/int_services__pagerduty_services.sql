-- current lines of the catalogue go before those that it no longer has
with entries as (

    select
        pagerduty_service_id,
        service_id
    from {{ ref('stg_company_files__services') }}
    where pagerduty_service_id is not null
    qualify rank() over (
        partition by pagerduty_service_id order by case when gone_from_date is null then 0 else 1 end
    ) = 1

)

-- a PagerDuty service that several services share belongs to none of them
select
    pagerduty_service_id,
    min(service_id) as service_id
from entries
group by pagerduty_service_id
having count(distinct service_id) = 1
