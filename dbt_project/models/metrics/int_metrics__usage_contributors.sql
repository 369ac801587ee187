with usage_days as (

    select
        *,
        cast(date_trunc('week', usage_date) as date) as week_start_date
    from {{ ref('fct_usage_days') }}

),

entity_days as (

    select
        'team' as entity_type,
        usage_days.team_id as entity_id,
        usage_days.*
    from usage_days
    union all
    select
        'organisation' as entity_type,
        context.organisation as entity_id,
        usage_days.*
    from usage_days
    cross join {{ ref('stg_run__context') }} as context

)

select
    entity_type,
    entity_id,
    week_start_date,
    coalesce(person_key, account) as contributor,
    bool_or(person_key is not null) as is_person,
    bool_or(actor_kind in ('bot', 'agent')) as is_machine,
    sum(uncached_input_tokens) as uncached_input_tokens,
    sum(cache_read_tokens) as cache_read_tokens,
    sum(cache_write_tokens) as cache_write_tokens,
    sum(output_tokens) as output_tokens,
    sum(unclassified_input_tokens) as unclassified_input_tokens,
    sum(cost_usd) as cost_usd,
    sum(all_tokens) as all_tokens,
    sum(unpriced_tokens) as unpriced_tokens
from entity_days
group by entity_type, entity_id, week_start_date, coalesce(person_key, account)
