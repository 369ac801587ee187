-- present on at least one working day; the team is the one at the end of the week
with eligible as (

    select
        person_key,
        cast(date_trunc('week', day) as date) as week_start_date,
        coalesce(max_by(team_id, day), 'unassigned') as team_id
    from {{ ref('int_people__days') }}
    group by person_key, cast(date_trunc('week', day) as date)
    having bool_or(is_eligible_developer and is_working_day and not is_absent)

),

active as (

    select
        person_key,
        cast(date_trunc('week', usage_date) as date) as week_start_date,
        bool_or(is_qualified) as is_qualified
    from {{ ref('fct_usage_days') }}
    where
        person_key is not null
        and greatest(
            coalesce(requests, 0),
            coalesce(sessions, 0),
            coalesce(prompts, 0),
            coalesce(accepted_results, 0),
            all_tokens
        ) > 0
    group by person_key, cast(date_trunc('week', usage_date) as date)

),

developer_weeks as (

    select
        eligible.team_id,
        eligible.week_start_date,
        coalesce(active.is_qualified, false) as is_qualified,
        active.person_key is not null as is_active
    from eligible
    left join active
        on eligible.person_key = active.person_key
        and eligible.week_start_date = active.week_start_date

)

{% for metric_id, condition in [('active_share', 'is_qualified'), ('active_share_raw', 'is_active')] -%}
    {%- for entity_type, entity_id in [('team', 'developer_weeks.team_id'), ('organisation', 'context.organisation')] %}
        select
            '{{ metric_id }}' as metric_id,
            '{{ entity_type }}' as entity_type,
            {{ entity_id }} as entity_id,
            developer_weeks.week_start_date,
            cast(count(*) filter (where developer_weeks.{{ condition }}) as double) as numerator,
            cast(count(*) as double) as denominator,
            cast(null as double) as value,
            cast(null as double) as lower,
            cast(null as double) as upper,
            count(*) as n,
            count(*) as contributors,
            cast(null as double) as largest_share,
            cast(1 as double) as priced_share
        from developer_weeks
        {% if entity_type == 'organisation' %}cross join {{ ref('stg_run__context') }} as context{% endif %}
        group by {{ entity_id }}, developer_weeks.week_start_date
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}
    {% if not loop.last %}union all{% endif %}
{%- endfor %}
