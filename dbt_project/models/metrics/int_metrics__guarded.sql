with cells as (

    select * from {{ ref('int_metrics__all') }}

),

metrics as (

    select * from {{ ref('metrics') }}

),

suppression as (

    select
        *,
        is_small_group or is_dominated or is_complementary as is_hidden,
        is_covered and not is_small_group and not is_dominated and not is_complementary as is_visible
    from {{ ref('int_metrics__suppression') }}

),

outcomes as (

    select
        suppression.entity_type,
        suppression.entity_id,
        suppression.week_start_date,
        bool_or(suppression.is_visible) as has_outcome,
        bool_or(suppression.is_covered) as has_covered_outcome
    from suppression
    inner join metrics
        on suppression.metric_id = metrics.metric_id
        and metrics.kind = 'outcome'
    group by suppression.entity_type, suppression.entity_id, suppression.week_start_date

)

select
    cells.metric_id,
    cells.entity_type,
    cells.entity_id,
    cells.week_start_date,
    cells.numerator,
    cells.denominator,
    cells.value,
    cells.lower,
    cells.upper,
    cells.n,
    cells.is_mature,
    cells.completeness,
    case
        when not suppression.is_covered then 'not_covered'
        when suppression.is_small_group then 'small_group'
        when suppression.is_dominated or suppression.is_complementary then 'suppressed'
        -- an activity or a cost is published beside its counterweight, or not at all
        when metrics.kind in ('activity', 'cost') then
            case
                when not coalesce(counterweight.is_covered and outcomes.has_covered_outcome, false)
                    then 'not_covered'
                when not coalesce(counterweight.is_visible and outcomes.has_outcome, false) then 'suppressed'
            end
    end as hidden_reason
from cells
inner join metrics
    on cells.metric_id = metrics.metric_id
inner join suppression
    on cells.metric_id = suppression.metric_id
    and cells.entity_type = suppression.entity_type
    and cells.entity_id = suppression.entity_id
    and cells.week_start_date = suppression.week_start_date
left join suppression as counterweight
    on metrics.counter_metric = counterweight.metric_id
    and cells.entity_type = counterweight.entity_type
    and cells.entity_id = counterweight.entity_id
    and cells.week_start_date = counterweight.week_start_date
left join outcomes
    on cells.entity_type = outcomes.entity_type
    and cells.entity_id = outcomes.entity_id
    and cells.week_start_date = outcomes.week_start_date
