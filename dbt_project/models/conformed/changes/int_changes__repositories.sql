-- the tools and the catalogue may differ in upper and lower case, which no forge distinguishes
with mentions as (

    select
        repository,
        'github' as mentioned_by,
        is_fork,
        is_archived
    from {{ ref('stg_github__repositories') }}
    {%- set mentions = {
        'git': ref('stg_git__repositories'),
        'pull_request': ref('stg_github__pull_requests'),
        'deployment': ref('stg_github__deployments'),
        'catalogue': ref('stg_company_files__services'),
    } %}
    {%- for mentioned_by, relation in mentions.items() %}
        union all
        select distinct
            repository,
            '{{ mentioned_by }}' as mentioned_by,
            cast(null as boolean) as is_fork,
            cast(null as boolean) as is_archived
        from {{ relation }} as relation_{{ loop.index }}
        where repository is not null
    {%- endfor %}

),

repositories as (

    select
        lower(repository) as repository_key,
        -- a repository that is deleted today keeps its history
        coalesce(
            min(repository) filter (where mentioned_by in ('github', 'git')),
            min(repository) filter (where mentioned_by = 'catalogue'),
            min(repository)
        ) as repository,
        coalesce(bool_or(is_fork), false) as is_fork,
        coalesce(bool_or(is_archived), false) as is_archived,
        bool_or(mentioned_by in ('github', 'git', 'catalogue')) as is_listed,
        bool_or(mentioned_by in ('github', 'pull_request')) as has_pull_requests,
        bool_or(mentioned_by = 'deployment') as has_deployments,
        bool_or(mentioned_by = 'git') as is_in_git
    from mentions
    group by lower(repository)

),

-- current lines of the catalogue go before those that it no longer has, a whole repository before a path in it
entries as (

    select
        lower(repository) as repository_key,
        service_id,
        team_id
    from {{ ref('stg_company_files__services') }}
    where repository is not null
    qualify rank() over (
        partition by lower(repository)
        order by case when gone_from_date is null then 0 else 1 end, case when path_prefix is null then 0 else 1 end
    ) = 1

),

-- paths are not landed, so a repository that several services share is a service of its own
owners as (

    select
        repository_key,
        case when count(distinct service_id) = 1 then min(service_id) end as service_id,
        case when count(distinct team_id) = 1 then min(team_id) end as team_id
    from entries
    group by repository_key

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
    coalesce(owners.service_id, repositories.repository) as service_id,
    coalesce(owners.team_id, 'unassigned') as team_id,
    repositories.is_listed,
    repositories.is_fork,
    repositories.is_archived,
    case
        when repositories.has_pull_requests then 'github'
        when repositories.is_in_git then 'git'
    end as change_source,
    case
        when released_by_tag.repository_key is not null and repositories.is_in_git then 'git'
        when repositories.has_deployments then 'github'
        when repositories.is_in_git then 'git'
    end as deployment_source
from repositories
left join owners
    on repositories.repository_key = owners.repository_key
left join released_by_tag
    on repositories.repository_key = released_by_tag.repository_key
