-- A component of no registered metric or at a grain that its metric does not have would vanish without an error.
{%- set families = ['outcome_cells', 'usage_cells', 'active_share_cells', 'cost_per_change_cells'] %}
{%- for family in families %}
select distinct
    components.metric_id,
    components.entity_type
from {{ ref('int_metrics__' ~ family) }} as components
left join {{ ref('dim_metrics') }} as metrics
    on components.metric_id = metrics.metric_id
    and ('|' || metrics.entity_types || '|') like ('%|' || components.entity_type || '|%')
where metrics.metric_id is null and components.metric_id != 'net_merged_changes'
{% if not loop.last %}union all{% endif %}
{%- endfor %}
