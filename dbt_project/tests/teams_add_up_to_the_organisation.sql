-- Additive parts, before anything is hidden: what the organisation counts, its teams count together.
{%- for part in ['numerator', 'denominator'] %}
select
    '{{ part }}' as part,
    cells.metric_id,
    cells.week_start_date,
    sum(case when cells.entity_type = 'organisation' then cells.{{ part }} end) as organisation_total,
    coalesce(sum(case when cells.entity_type = 'team' then cells.{{ part }} end), 0) as team_total
from {{ ref('int_metrics__cells') }} as cells
inner join {{ ref('dim_metrics') }} as metrics
    on cells.metric_id = metrics.metric_id
    and metrics.unit != 'hours'
    -- a cost of which a part has no price is null by team, and not by a team whose models all have one
    and metrics.kind != 'cost'
where cells.completeness is not null
group by cells.metric_id, cells.week_start_date
having abs(
    sum(case when cells.entity_type = 'organisation' then cells.{{ part }} end)
    - coalesce(sum(case when cells.entity_type = 'team' then cells.{{ part }} end), 0)
) > 1e-6
{% if not loop.last %}union all{% endif %}
{%- endfor %}
