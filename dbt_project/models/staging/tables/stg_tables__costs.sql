select
    system,
    period_start_date,
    period_end_date,
    cost_center,
    category,
    currency,
    amount as cost_amount
from {{ newest_not_deleted(
    source('tables', 'costs'), ['system', 'period_start_date', 'cost_center', 'category', 'currency']
) }} as costs
