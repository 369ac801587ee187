with newest as (

    select changes.*
    from {{ source('git', 'changes') }} as changes
    inner join {{ ref('stg_git__repositories') }} as repositories
        on changes.repository = repositories.repository
        and changes.history_generation = repositories.history_generation
    qualify row_number() over (
        partition by changes.repository, changes.sha
        order by changes._as_of desc, changes._load_id desc
    ) = 1

),

numbered as (

    select
        *,
        pull_request_number is not null and row_number() over (
            partition by repository, pull_request_number
            order by mainline_position
        ) = 1 as is_first_of_number
    from newest

)

select
    'git' as source_system,
    'git:' || repository || case
        when is_first_of_number then '#' || cast(pull_request_number as string)
        else '@' || sha
    end as change_id,
    repository,
    pull_request_number,
    is_first_of_number,
    sha as merge_commit_sha,
    mainline_position,
    method as merge_method,
    first_commit_at,
    cast(null as timestamp) as ready_at,
    merged_at,
    commits,
    additions,
    deletions,
    changed_files,
    author_email as author_identifier,
    merger_email as merger_identifier,
    agent_branch_prefix,
    reverts_sha,
    reverts_change_number
from numbered
