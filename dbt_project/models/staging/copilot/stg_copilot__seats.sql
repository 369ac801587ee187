select
    _day as snapshot_date,
    assignee__id as account,
    max(assignee__login) as account_login,
    count(*) as grants,
    max(plan_type) as plan_type,
    min(created_at) as created_at,
    max(last_activity_at) as last_activity_at,
    max(last_authenticated_at) as last_authenticated_at,
    -- a seat ends only when every grant of it ends
    case when count(pending_cancellation_date) = count(*) then max(pending_cancellation_date) end
        as pending_cancellation_date
from {{ source('copilot', 'seats') }}
group by _day, assignee__id
