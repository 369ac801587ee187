select
    period_month as month_start_date,
    cost_center,
    coalesce(lower(category), 'other') as category,
    currency,
    amount as cost_amount
from {{ source('company_files', 'costs') }}
qualify rank() over (order by _as_of desc, _load_id desc) = 1
