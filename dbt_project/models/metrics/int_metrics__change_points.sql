{#- Shares and counts: metric, moment that dates the change, condition of the numerator, whether each change is a trial
    (a share) or not (a count), which changes. -#}
{%- set shares = [
    ('merge_rate', 'close', 'is_merged', true, 'closed_at is not null and has_lifecycle'),
    ('merge_rate_14d', 'ready', 'coalesce(is_merged_in_time, false)', true, 'ready_at is not null'),
    ('merged_changes', 'merge', 'true', false, 'is_merged'),
    ('net_merged_changes', 'merge', 'true', false, 'is_merged and not is_revert and not is_out_of_effect'),
    ('review_coverage', 'merge', 'has_qualifying_review', true, 'is_merged and has_reviews'),
    ('revert_rate_30d', 'merge', 'coalesce(is_reverted_soon, false)', true, 'is_merged and not is_revert and has_reverts'),
    (
        'ai_assisted_share', 'merge', "coalesce(ai_evidence_grade in ('A', 'B'), false)", true,
        'is_merged and has_agent_signals',
    ),
] -%}
{#- Quantiles over the changes merged in the week: metric, hours of one change. -#}
{%- set durations = [
    ('cycle_time_hours', 'cycle_time_hours'),
    ('cycle_time_p75_hours', 'cycle_time_hours'),
    ('cycle_time_p90_hours', 'cycle_time_hours'),
    ('coding_time_hours', 'coding_hours'),
    ('pickup_time_hours', 'pickup_hours'),
    ('review_time_hours', 'review_hours'),
    ('merge_wait_hours', 'merge_wait_hours'),
    ('commit_to_merge_hours', 'commit_to_merge_hours'),
] -%}
with changes as (

    select
        changes.*,
        changes.ready_date as date_of_ready,
        changes.merged_date as date_of_merge,
        changes.closed_date as date_of_close,
        -- an unmapped account counts as one person; a machine without a sponsor as none
        coalesce(
            people.sponsor_person_key,
            case when changes.author_kind in ('human', 'unknown') then people.author_identifier end
        ) as contributor,
        changes.cycle_time_hours <= 24 * context.cohort_days as is_merged_in_time,
        {{ elapsed_hours('changes.merged_at', 'changes.reverted_at') }} <= 720 as is_reverted_soon
    from {{ ref('fct_changes') }} as changes
    cross join {{ ref('stg_run__context') }} as context
    inner join {{ ref('int_changes__people') }} as people
        on changes.change_id = people.change_id
    where changes.is_standard_population

),

points as (

    {% for metric_id, moment, is_counted, has_trials, condition in shares -%}
        select
            '{{ metric_id }}' as metric_id,
            change_id as point_id,
            date_of_{{ moment }} as counted_date,
            team_id_at_{{ moment }} as team_id,
            service_id,
            contributor,
            case when {{ is_counted }} then cast(1 as double) else cast(0 as double) end as numerator,
            cast({{ 1 if has_trials else 'null' }} as double) as trials,
            cast(null as double) as hours
        from changes
        where {{ condition }}
        union all
    {% endfor -%}
    {% for metric_id, hours in durations -%}
        select
            '{{ metric_id }}' as metric_id,
            change_id as point_id,
            date_of_merge as counted_date,
            team_id_at_merge as team_id,
            service_id,
            contributor,
            cast(null as double) as numerator,
            cast(null as double) as trials,
            {{ hours }} as hours
        from changes
        where is_merged and {{ hours }} is not null
        {% if not loop.last %}union all
        {% endif %}
    {%- endfor %}

)

select
    metric_id,
    point_id,
    cast(date_trunc('week', counted_date) as date) as week_start_date,
    team_id,
    service_id,
    contributor,
    numerator,
    trials,
    hours
from points
