with newest as (

    select
        period_month as month_start_date,
        cost_center,
        coalesce(lower(category), 'other') as category,
        currency,
        amount
    from {{ source('company_files', 'costs') }}
    qualify rank() over (order by _as_of desc, _load_id desc) = 1

)

select
    month_start_date,
    cost_center,
    category,
    currency,
    cast(sum(amount) as decimal(18, 4)) as cost_amount
from newest
group by month_start_date, cost_center, category, currency
