select
    system,
    repository,
    measured_at,
    lines_of_code,
    bugs,
    vulnerabilities,
    code_smells,
    duplicated_lines,
    complexity,
    technical_debt_minutes
from {{ newest_not_deleted(source('tables', 'quality'), ['system', 'repository', 'measured_at']) }} as quality
