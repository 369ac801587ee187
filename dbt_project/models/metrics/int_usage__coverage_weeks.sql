with source_days as (

    select * from {{ ref('stg_run__source_days') }}

),

coverage as (

    select * from {{ ref('usage_coverage') }}

),

-- streams of one source that tell the same thing stand in for each other
told_days as (

    select
        coverage.measure,
        source_days.source,
        source_days.day,
        bool_or(source_days.status != 'missing') as is_told
    from source_days
    inner join coverage
        on source_days.source = coverage.source
        and source_days.stream = coverage.stream
    group by coverage.measure, source_days.source, source_days.day

)

select
    measure,
    cast(date_trunc('week', day) as date) as week_start_date,
    count(*) filter (where is_told) as told_source_days,
    count(*) as expected_source_days,
    count(*) filter (where is_told) / cast(count(*) as double) as completeness
from told_days
group by measure, cast(date_trunc('week', day) as date)
