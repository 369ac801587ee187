with catalogue as (

    select * from {{ ref('stg_company_files__services') }}

),

-- as the tools spell them; the catalogue may differ in upper and lower case, which no forge tells apart
known as (

    select repository from {{ ref('stg_github__repositories') }}
    union
    select repository from {{ ref('stg_git__repositories') }}

),

repositories as (

    select repository from known
    union
    select min(catalogue.repository) as repository
    from catalogue
    left join known
        on lower(catalogue.repository) = lower(known.repository)
    where
        catalogue.repository is not null
        and known.repository is null
    group by lower(catalogue.repository)

),

-- what the file still says goes before what it no longer says, a whole repository before a path in it
entries as (

    select
        lower(repository) as repository_key,
        service_id,
        team_id
    from catalogue
    where repository is not null
    qualify rank() over (
        partition by lower(repository)
        order by case when gone_from_date is null then 0 else 1 end, case when path_prefix is null then 0 else 1 end
    ) = 1

),

-- paths are not landed, so a repository that several services share cannot be told apart and stands for itself
owners as (

    select
        repository_key,
        case when count(distinct service_id) = 1 then min(service_id) end as service_id,
        case when count(distinct team_id) = 1 then min(team_id) end as team_id
    from entries
    group by repository_key

)

select
    repositories.repository,
    coalesce(owners.service_id, repositories.repository) as service_id,
    coalesce(owners.team_id, 'unassigned') as team_id,
    owners.service_id is not null as is_catalogued
from repositories
left join owners
    on lower(repositories.repository) = owners.repository_key
