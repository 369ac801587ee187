with entries as (

    select
        service_id,
        team_id,
        tier,
        deploy_source,
        -- gone only when every line of the catalogue is
        case
            when count(*) over (partition by service_id) = count(gone_from_date) over (partition by service_id)
                then max(gone_from_date) over (partition by service_id)
        end as last_gone_from_date,
        row_number() over (
            partition by service_id
            order by case when gone_from_date is null then 0 else 1 end, gone_from_date desc, catalogue_key asc
        ) as place
    from {{ ref('stg_company_files__services') }}

),

catalogue as (

    -- the owner and the rest as the freshest line says
    select * from entries
    where place = 1

),

repositories as (

    select
        service_id,
        case when count(distinct lower(repository)) = 1 then min(repository) end as only_repository,
        count(distinct lower(repository)) as repositories,
        min(team_id) as team_id
    from {{ ref('int_changes__repositories') }}
    where is_listed
    group by service_id

)

select
    coalesce(catalogue.service_id, repositories.service_id) as service_id,
    repositories.only_repository as repository,
    coalesce(repositories.repositories, 0) as repositories,
    coalesce(catalogue.team_id, repositories.team_id) as team_id,
    catalogue.tier,
    catalogue.deploy_source,
    catalogue.service_id is not null as is_catalogued,
    catalogue.last_gone_from_date as gone_from_date
from catalogue
full outer join repositories
    on catalogue.service_id = repositories.service_id
