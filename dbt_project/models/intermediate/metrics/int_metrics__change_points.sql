{#- Medians over the changes merged in a week: metric, and the hours of one change. -#}
{%- set stages = {
    'cycle_time_hours': 'cycle_time_hours',
    'cycle_time_p75_hours': 'cycle_time_hours',
    'cycle_time_p90_hours': 'cycle_time_hours',
    'coding_time_hours': 'coding_hours',
    'pickup_time_hours': 'pickup_hours',
    'review_time_hours': 'review_hours',
    'merge_wait_hours': 'merge_wait_hours',
    'commit_to_merge_hours': 'commit_to_merge_hours',
} -%}
with night as (

    select * from {{ ref('stg_run__night') }}

),

people as (

    select * from {{ ref('int_changes__people') }}

),

changes as (

    -- an account that nobody mapped stands for one person; a machine without a sponsor for none
    select
        changes.*,
        coalesce(
            people.sponsor_person_key,
            case when changes.author_kind in ('human', 'unknown') then people.author_identifier end
        ) as contributor,
        changes.cycle_time_hours <= 24 * night.cohort_days as is_merged_in_time
    from {{ ref('fct_changes') }} as changes
    cross join night
    inner join people
        on changes.change_id = people.change_id
    where changes.is_standard_population

),

merged as (

    select * from changes where is_merged

),

points as (

    select 'merge_rate' as metric_id, change_id, closed_date as counted_date, team_id_at_close as team_id, service_id,
        contributor, case when is_merged then 1 else 0 end as hits, 1 as tries, cast(null as double) as hours
    from changes
    where closed_at is not null and has_lifecycle
    union all
    select 'merge_rate_14d', change_id, ready_date, team_id_at_ready, service_id, contributor,
        case when is_merged_in_time then 1 else 0 end, 1, cast(null as double)
    from changes
    where ready_at is not null
    union all
    select 'merged_changes', change_id, merged_date, team_id_at_merge, service_id, contributor,
        1, null, cast(null as double)
    from merged
    union all
    select 'review_coverage', change_id, merged_date, team_id_at_merge, service_id, contributor,
        case when has_qualifying_review then 1 else 0 end, 1, cast(null as double)
    from merged
    where has_qualifying_review is not null
    union all
    -- a change that was put back later still counts as reverted
    select 'revert_rate_30d', change_id, merged_date, team_id_at_merge, service_id, contributor,
        case when {{ elapsed_hours('merged_at', 'reverted_at') }} <= 720 then 1 else 0 end, 1, cast(null as double)
    from merged
    where not is_revert
    union all
    select 'ai_assisted_share', change_id, merged_date, team_id_at_merge, service_id, contributor,
        case when ai_evidence_grade in ('A', 'B') then 1 else 0 end, 1, cast(null as double)
    from merged
    {%- for metric_id, hours in stages.items() %}
    union all
    select '{{ metric_id }}', change_id, merged_date, team_id_at_merge, service_id, contributor, null, null, {{ hours }}
    from merged
    where {{ hours }} is not null
    {%- endfor %}

)

select
    metric_id,
    change_id as point_id,
    cast(date_trunc('week', counted_date) as date) as week_start_date,
    team_id,
    service_id,
    contributor,
    cast(hits as double) as hits,
    cast(tries as double) as tries,
    hours
from points
