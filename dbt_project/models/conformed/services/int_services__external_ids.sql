-- current lines of the catalogue go before those that it no longer has
with freshest as (

    select
        system,
        external_id,
        service_id
    from {{ ref('stg_company_files__service_ids') }}
    qualify rank() over (
        partition by system, external_id order by case when gone_from_date is null then 0 else 1 end
    ) = 1

)

-- an id that several services share belongs to none of them
select
    system,
    external_id,
    min(service_id) as service_id
from freshest
group by system, external_id
having count(distinct service_id) = 1
