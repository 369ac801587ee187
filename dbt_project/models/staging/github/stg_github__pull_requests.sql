-- a readable login is a bot's name; a person is known by the account number, which survives a rename
select
    repository_id,
    repository,
    number as pull_request_number,
    id as pull_request_id,
    lower(state) as state,
    is_draft,
    created_at,
    updated_at,
    closed_at,
    merged_at,
    case
        when substr(author__login, 1, 2) = 'p_' then coalesce(author__database_id, author__login)
        else author__login
    end as author_identifier,
    author__login as author_login,
    author__database_id as author_github_id,
    author__type as author_type,
    case
        when substr(merged_by__login, 1, 2) = 'p_' then coalesce(merged_by__database_id, merged_by__login)
        else merged_by__login
    end as merged_by_identifier,
    merged_by__type as merged_by_type,
    author_association,
    is_cross_repository as is_from_fork,
    is_base_default,
    is_hotfix_branch,
    head_sha,
    merge_commit_sha,
    additions,
    deletions,
    changed_files,
    comments,
    commits,
    label_names,
    reverts_number as reverts_pull_request_number,
    reverts_sha,
    agent_product,
    ai_evidence_grade,
    ai_evidence_signal,
    case
        when substr(sponsor__login, 1, 2) = 'p_' then coalesce(sponsor__database_id, sponsor__login)
        else sponsor__login
    end as sponsor_identifier
from {{ source('github', 'pull_requests') }}
qualify row_number() over (
    partition by repository_id, number order by updated_at desc, _as_of desc, _load_id desc
) = 1
