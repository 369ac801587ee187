with mentioned as (

    select repository from {{ ref('stg_github__pull_requests') }}
    union
    select repository from {{ ref('stg_github__deployments') }}

),

catalogued as (

    select * from {{ ref('int_services__repositories') }}

),

-- a repository that is deleted today keeps its history, and stands for itself
repositories as (

    select
        repository,
        lower(repository) as repository_key,
        service_id
    from catalogued
    union all
    select
        min(mentioned.repository) as repository,
        lower(mentioned.repository) as repository_key,
        min(mentioned.repository) as service_id
    from mentioned
    left join catalogued
        on lower(mentioned.repository) = lower(catalogued.repository)
    where catalogued.repository is null
    group by lower(mentioned.repository)

),

github_repositories as (

    select
        lower(repository) as repository_key,
        bool_or(coalesce(is_fork, false)) as is_fork,
        bool_or(coalesce(is_archived, false)) as is_archived
    from {{ ref('stg_github__repositories') }}
    group by lower(repository)

),

with_pull_requests as (

    select distinct lower(repository) as repository_key
    from {{ ref('stg_github__pull_requests') }}

),

with_deployments as (

    select distinct lower(repository) as repository_key
    from {{ ref('stg_github__deployments') }}

),

in_git as (

    select distinct lower(repository) as repository_key
    from {{ ref('stg_git__repositories') }}

),

released_by_tag as (

    select distinct lower(repository) as repository_key
    from {{ ref('stg_company_files__services') }}
    where
        deploy_source = 'tag'
        and gone_from_date is null

)

select
    repositories.repository,
    repositories.repository_key,
    repositories.service_id,
    coalesce(github_repositories.is_fork, false) as is_fork,
    coalesce(github_repositories.is_archived, false) as is_archived,
    case
        when github_repositories.repository_key is not null or with_pull_requests.repository_key is not null
            then 'github'
        when in_git.repository_key is not null then 'git'
    end as change_source,
    case
        when released_by_tag.repository_key is not null and in_git.repository_key is not null then 'git'
        when with_deployments.repository_key is not null then 'github'
        when in_git.repository_key is not null then 'git'
    end as deployment_source
from repositories
left join github_repositories
    on repositories.repository_key = github_repositories.repository_key
left join with_pull_requests
    on repositories.repository_key = with_pull_requests.repository_key
left join with_deployments
    on repositories.repository_key = with_deployments.repository_key
left join in_git
    on repositories.repository_key = in_git.repository_key
left join released_by_tag
    on repositories.repository_key = released_by_tag.repository_key
