with people_weeks as (

    select * from {{ ref('int_usage__developer_weeks') }}

),

context as (

    select * from {{ ref('stg_run__context') }}

),

entity_people as (

    select
        'team' as entity_type,
        team_id as entity_id,
        week_start_date,
        is_active,
        is_qualified
    from people_weeks
    union all
    select
        'organisation' as entity_type,
        context.organisation as entity_id,
        people_weeks.week_start_date,
        people_weeks.is_active,
        people_weeks.is_qualified
    from people_weeks
    cross join context

),

cells as (

    select
        entity_type,
        entity_id,
        week_start_date,
        count(*) as developers,
        count(*) filter (where is_qualified) as active_share,
        count(*) filter (where is_active) as active_share_raw
    from entity_people
    group by entity_type, entity_id, week_start_date

)

{% for metric_id in ['active_share', 'active_share_raw'] -%}
    select
        '{{ metric_id }}' as metric_id,
        entity_weeks.entity_type,
        entity_weeks.entity_id,
        entity_weeks.week_start_date,
        cast(coalesce(cells.{{ metric_id }}, 0) as double) as numerator,
        cast(coalesce(cells.developers, 0) as double) as denominator,
        cast(null as double) as value,
        cast(null as double) as lower,
        cast(null as double) as upper,
        coalesce(cells.developers, 0) as n,
        coalesce(cells.developers, 0) as contributors,
        cast(null as double) as largest_share,
        entity_weeks.days_since_end >= metrics.maturity_days as is_mature,
        coverage.completeness
    from {{ ref('int_usage__entity_weeks') }} as entity_weeks
    inner join {{ ref('metrics') }} as metrics
        on metrics.metric_id = '{{ metric_id }}'
    left join {{ ref('int_usage__coverage_weeks') }} as coverage
        on coverage.measure = 'activity'
        and entity_weeks.week_start_date = coverage.week_start_date
    left join cells
        on entity_weeks.entity_type = cells.entity_type
        and entity_weeks.entity_id = cells.entity_id
        and entity_weeks.week_start_date = cells.week_start_date
    {% if not loop.last %}
        union all

    {% endif %}
{%- endfor %}
