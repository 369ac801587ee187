with catalogue as (

    -- the owner and the rest as the freshest line says; gone only when every line is
    select
        service_id,
        team_id,
        tier,
        deploy_source,
        case
            when count(*) over (partition by service_id) = count(gone_from_date) over (partition by service_id)
                then max(gone_from_date) over (partition by service_id)
        end as gone_from_date
    from {{ ref('stg_company_files__services') }}
    qualify row_number() over (
        partition by service_id
        order by case when gone_from_date is null then 0 else 1 end, gone_from_date desc, catalogue_key
    ) = 1

),

repositories as (

    select
        service_id,
        case when count(distinct lower(repository)) = 1 then min(repository) end as repository,
        count(distinct lower(repository)) as repositories,
        min(team_id) as team_id
    from {{ ref('int_services__repositories') }}
    group by service_id

)

select
    coalesce(catalogue.service_id, repositories.service_id) as service_id,
    repositories.repository,
    coalesce(repositories.repositories, 0) as repositories,
    coalesce(catalogue.team_id, repositories.team_id) as team_id,
    catalogue.tier,
    catalogue.deploy_source,
    catalogue.service_id is not null as is_catalogued,
    catalogue.gone_from_date
from catalogue
full outer join repositories
    on catalogue.service_id = repositories.service_id
