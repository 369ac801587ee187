{#- Who mentions repositories, and what a mention says: that it lists the repository, or tells its changes or its
    deployments. The first of this list that tells them is the source of all of them. -#}
{%- set mentions = [
    ('github', ['listing', 'changes'], ref('stg_github__repositories')),
    ('github', ['changes'], ref('stg_github__pull_requests')),
    ('github', ['deployments'], ref('stg_github__deployments')),
    ('tables', ['changes'], ref('stg_tables__changes')),
    ('tables', ['deployments'], ref('stg_tables__deployments')),
    ('git', ['listing', 'changes', 'deployments'], ref('stg_git__repositories')),
    ('catalogue', [], ref('stg_company_files__services')),
] -%}
-- the tools and the catalogue may differ in upper and lower case, which no forge distinguishes
with mentions as (

    {% for source, says, relation in mentions -%}
        select distinct
            repository,
            '{{ source }}' as source,
            {{ loop.index }} as place,
            {{ ('listing' in says) | lower }} as is_listing,
            {{ ('changes' in says) | lower }} as tells_changes,
            {{ ('deployments' in says) | lower }} as tells_deployments
        from {{ relation }} as relation_{{ loop.index }}
        where repository is not null
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

flags as (

    select
        lower(repository) as repository_key,
        bool_or(is_fork) as is_fork,
        bool_or(is_archived) as is_archived
    from {{ ref('stg_github__repositories') }}
    group by lower(repository)

),

repositories as (

    select
        lower(repository) as repository_key,
        -- a repository that is deleted today keeps its history
        coalesce(
            min(repository) filter (where is_listing),
            min(repository) filter (where source = 'catalogue'),
            min(repository)
        ) as repository,
        bool_or(is_listing or source in ('tables', 'catalogue')) as is_listed,
        min_by(source, place) filter (where tells_changes) as change_source,
        min_by(source, place) filter (where tells_deployments) as deployment_source,
        bool_or(source = 'git') as is_in_git
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
    coalesce(flags.is_fork, false) as is_fork,
    coalesce(flags.is_archived, false) as is_archived,
    repositories.change_source,
    case
        when released_by_tag.repository_key is not null and repositories.is_in_git then 'git'
        else repositories.deployment_source
    end as deployment_source
from repositories
left join flags
    on repositories.repository_key = flags.repository_key
left join owners
    on repositories.repository_key = owners.repository_key
left join released_by_tag
    on repositories.repository_key = released_by_tag.repository_key
