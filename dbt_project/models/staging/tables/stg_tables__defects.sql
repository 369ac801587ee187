select
    system,
    defect_id,
    repository,
    service as native_service_id,
    severity,
    lower(phase) as phase,
    found_at,
    resolved_at,
    cause_sha
from {{ newest_not_deleted(source('tables', 'defects'), ['system', 'defect_id'], 'updated_at') }} as defects
