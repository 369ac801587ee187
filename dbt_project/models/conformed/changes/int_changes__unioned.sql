with context as (

    select * from {{ ref('stg_run__context') }}

),

repositories as (

    select * from {{ ref('int_changes__repositories') }}

),

from_github as (

    select
        'github' as source_system,
        {{ github_change_id('repositories.repository', 'pull_requests.pull_request_number') }} as change_id,
        repositories.repository,
        repositories.service_id,
        pull_requests.pull_request_number as change_number,
        pull_requests.author_identifier,
        pull_requests.sponsor_identifier,
        pull_requests.created_at,
        pull_requests.created_at as opened_at,
        pull_requests.is_draft,
        case when pull_requests.merged_at < context.as_of then pull_requests.merged_at end as merged_at,
        case when pull_requests.closed_at < context.as_of then pull_requests.closed_at end as closed_at,
        case when pull_requests.merged_at < context.as_of then pull_requests.merge_commit_sha end
            as merge_commit_sha,
        pull_requests.reverts_pull_request_number as reverts_change_number,
        pull_requests.reverts_sha,
        coalesce(pull_requests.is_hotfix_branch, false)
        or coalesce(pull_requests.label_names like '%|hotfix|%', false)
            as is_hotfix,
        coalesce(pull_requests.is_base_default, true) as is_base_default,
        repositories.is_fork or repositories.is_archived as is_repository_excluded,
        true as has_lifecycle,
        cast(null as timestamp) as first_commit_at,
        pull_requests.agent_product,
        pull_requests.ai_evidence_signal,
        pull_requests.ai_evidence_grade
    from {{ ref('stg_github__pull_requests') }} as pull_requests
    cross join context
    inner join repositories
        on lower(pull_requests.repository) = repositories.repository_key
    where pull_requests.created_at < context.as_of
    -- a repository that was created again under an old name starts its numbers again
    qualify row_number() over (
        partition by repositories.repository, pull_requests.pull_request_number
        order by pull_requests.updated_at desc, pull_requests.repository_id desc
    ) = 1

),

from_git as (

    select
        'git' as source_system,
        git_changes.change_id,
        repositories.repository,
        repositories.service_id,
        case when git_changes.is_first_of_number then git_changes.pull_request_number end as change_number,
        git_changes.author_identifier,
        cast(null as string) as sponsor_identifier,
        cast(null as timestamp) as created_at,
        git_changes.merged_at as opened_at,
        false as is_draft,
        git_changes.merged_at,
        git_changes.merged_at as closed_at,
        git_changes.merge_commit_sha,
        git_changes.reverts_change_number,
        git_changes.reverts_sha,
        false as is_hotfix,
        true as is_base_default,
        repositories.is_fork or repositories.is_archived as is_repository_excluded,
        -- git has neither the moment a change became ready nor the changes that were closed unmerged
        false as has_lifecycle,
        git_changes.first_commit_at,
        cast(null as string) as agent_product,
        cast(null as string) as ai_evidence_signal,
        cast(null as string) as ai_evidence_grade
    from {{ ref('stg_git__changes') }} as git_changes
    cross join context
    inner join repositories
        on lower(git_changes.repository) = repositories.repository_key
        and repositories.change_source = 'git'
    where git_changes.merged_at < context.as_of

)

select * from from_github
union all
select * from from_git
