with replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'otel' and is_replaced

),

exported_once as (

    select *
    from {{ ref('stg_otel__metric_points') }}
    where {{ on_days_of('replaced_days') }}
    qualify row_number() over (
        partition by usage_date, series, temporality, started_at, occurred_at
        order by load_id desc, counted desc
    ) = 1

),

-- of a cumulative counter the day's last point says all that came before it
counter_days as (

    select
        usage_date,
        series,
        metric,
        temporality,
        case when temporality = 'cumulative' then started_at else timestamp '1970-01-01 00:00:00' end as started_at,
        coalesce(account, 'unknown') as account,
        coalesce(account_type, 'unknown') as account_type,
        coalesce(model, 'unknown') as model,
        token_type,
        start_type,
        case when temporality = 'delta' then sum(counted) else max_by(counted, occurred_at) end as counted
    from exported_once
    group by
        usage_date, series, metric, temporality, token_type, start_type,
        case when temporality = 'cumulative' then started_at else timestamp '1970-01-01 00:00:00' end,
        coalesce(account, 'unknown'), coalesce(account_type, 'unknown'), coalesce(model, 'unknown')

)

select
    counter_days.series,
    counter_days.metric,
    counter_days.temporality,
    counter_days.started_at,
    counter_days.account,
    counter_days.account_type,
    counter_days.model,
    counter_days.token_type,
    counter_days.start_type,
    counter_days.counted,
    {{ replaced_day('counter_days') }} as usage_date
from {{ rows_and_empty_days('counter_days') }}
