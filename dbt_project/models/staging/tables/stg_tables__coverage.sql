select
    system,
    repository,
    measured_at,
    commit_sha,
    covered_lines,
    coverable_lines,
    covered_branches,
    coverable_branches
from {{ newest_not_deleted(source('tables', 'coverage'), ['system', 'repository', 'measured_at']) }} as coverage
