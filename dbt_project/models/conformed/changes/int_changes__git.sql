-- git has neither the moment a change became ready nor the changes that were closed unmerged
select
    'git' as source_system,
    change_id,
    repository,
    case when is_first_of_number then pull_request_number end as change_number,
    author_identifier,
    false as is_draft,
    merged_at,
    merged_at as closed_at,
    merge_commit_sha,
    reverts_change_number,
    reverts_sha,
    false as is_hotfix,
    true as is_base_default,
    false as has_lifecycle,
    false as has_reviews,
    true as has_reverts,
    true as has_agent_signals,
    first_commit_at
from {{ ref('stg_git__changes') }}
