select
    system,
    repository,
    sha as commit_sha,
    number as change_number,
    authored_at,
    committed_at,
    author as author_identifier
from {{ newest_not_deleted(source('tables', 'commits'), ['system', 'repository', 'sha', 'number']) }} as commits
