select
    system,
    review_id,
    repository,
    number as change_number,
    submitted_at,
    reviewer as reviewer_identifier,
    lower(state) as state
from {{ newest_not_deleted(source('tables', 'reviews'), ['system', 'review_id']) }} as reviews
