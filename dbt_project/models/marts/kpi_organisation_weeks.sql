{# metric and whether it has an interval; the order is the reader's #}
{%- set metrics = [
    ('merge_rate_14d', true),
    ('merge_rate', true),
    ('merged_changes', false),
    ('cycle_time_hours', true),
    ('cycle_time_p75_hours', false),
    ('cycle_time_p90_hours', false),
    ('coding_time_hours', true),
    ('pickup_time_hours', true),
    ('review_time_hours', true),
    ('merge_wait_hours', true),
    ('commit_to_merge_hours', true),
    ('deploy_wait_hours', true),
    ('review_coverage', true),
    ('revert_rate_30d', true),
    ('ai_assisted_share', true),
    ('deployment_frequency', false),
    ('change_failure_rate', true),
    ('change_failure_rate_inferred', true),
    ('recovery_time_hours', true),
    ('incident_rate', true),
    ('active_share', true),
    ('active_share_raw', true),
    ('uncached_input_tokens', false),
    ('cache_read_tokens', false),
    ('cache_write_tokens', false),
    ('output_tokens', false),
    ('unclassified_input_tokens', false),
    ('cost_usd', false),
    ('cost_per_merged_change_usd', false),
] -%}
with kpis as (

    select * from {{ ref('kpi_values') }}
    where entity_type = 'organisation'

),

weeks as (

    select * from {{ ref('dim_weeks') }}

),

night as (

    select * from {{ ref('stg_run__night') }}

)

select
    kpis.entity_id as organisation,
    kpis.week_start_date,
    weeks.iso_week,
    {% for metric_id, has_interval in metrics -%}
        {{ kpi_columns(metric_id, has_interval) }},
    {% endfor -%}
    night.active_target_share,
    kpis.as_of
from kpis
inner join weeks
    on kpis.week_start_date = weeks.week_start_date
cross join night
group by kpis.entity_id, kpis.week_start_date, weeks.iso_week, night.active_target_share, kpis.as_of
