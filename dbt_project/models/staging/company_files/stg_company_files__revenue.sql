with newest as (

    select
        period_month as month_start_date,
        entity,
        currency,
        coalesce(lower(kind), 'recognised') as revenue_kind,
        revenue_amount,
        restated_at
    from {{ source('company_files', 'revenue') }}
    qualify rank() over (order by _as_of desc, _load_id desc) = 1

)

select
    month_start_date,
    entity,
    currency,
    revenue_kind as kind,
    revenue_amount,
    restated_at
from newest
qualify row_number() over (
    partition by month_start_date, entity, currency, revenue_kind
    order by restated_at desc nulls last, revenue_amount asc
) = 1
