select
    system,
    account,
    identity_system as account_type,
    plan as plan_type,
    assigned_at,
    last_activity_at
from {{ newest_not_deleted(source('tables', 'seats'), ['system', 'account']) }} as seats
