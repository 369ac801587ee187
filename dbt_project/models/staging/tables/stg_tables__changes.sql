select
    system,
    repository,
    number as change_number,
    created_at,
    updated_at,
    merged_at,
    closed_at,
    author as author_identifier,
    lower(author_type) as author_type,
    is_draft,
    is_base_default,
    merge_commit_sha,
    head_sha,
    additions,
    deletions,
    changed_files,
    lower(label_names) as label_names,
    reverts_number as reverts_change_number
from {{ newest_not_deleted(
    source('tables', 'changes'), ['system', 'repository', 'number'], 'updated_at'
) }} as changes
