-- A share of things cannot have more above than below; before anything is hidden, so that no cell hides an error.
select
    cells.metric_id,
    cells.entity_type,
    cells.entity_id,
    cells.week_start_date,
    cells.numerator,
    cells.denominator
from {{ ref('int_metrics__cells') }} as cells
inner join {{ ref('dim_metrics') }} as metrics
    on cells.metric_id = metrics.metric_id
    and metrics.unit = 'ratio'
where cells.numerator > cells.denominator
    or cells.numerator < 0
    or (cells.numerator is null) != (cells.denominator is null)
