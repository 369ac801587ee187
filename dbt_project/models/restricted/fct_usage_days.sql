-- what a schedule or a test did is not use by a person; without prompts, an accepted result shows a person
with classified as (

    select
        *,
        coalesce(is_human_initiated, accepted_results >= 1, false)
        and coalesce(intent, 'unknown') not in ('scheduled', 'heartbeat', 'test') as is_own_use
    from {{ ref('int_usage__priced_days') }}

),

summed as (

    select
        *,
        sum(prompts) over own_use as own_prompts,
        sum(accepted_results) over own_use as own_accepted_results
    from classified
    window own_use as (partition by account, usage_date, tool, is_own_use)

)

select
    summed.usage_date,
    summed.source_system,
    summed.tool,
    summed.account,
    summed.measures,
    summed.model,
    summed.intent,
    summed.canonical_model,
    coalesce(identities.actor_kind, 'unknown') as actor_kind,
    identities.person_key,
    coalesce(people_days.team_id, 'unassigned') as team_id,
    summed.uncached_input_tokens,
    summed.cache_read_tokens,
    summed.cache_write_tokens,
    summed.output_tokens,
    summed.unclassified_input_tokens,
    summed.all_tokens,
    summed.requests,
    summed.sessions,
    summed.prompts,
    summed.accepted_results,
    summed.is_human_initiated,
    -- one prompt alone is not use of a tool: two prompts or one accepted result on the day
    summed.is_own_use
    and (
        coalesce(summed.own_accepted_results, 0) >= 1
        or coalesce(summed.own_prompts, 0) >= 2
    ) as is_qualified,
    summed.cost_usd,
    summed.cost_basis,
    summed.unpriced_tokens
from summed
left join {{ ref('int_identities__resolved') }} as identities
    on lower(summed.account) = identities.identifier
    and summed.usage_date >= identities.valid_from_date
    and summed.usage_date < identities.valid_to_date
left join {{ ref('int_people__days') }} as people_days
    on identities.person_key = people_days.person_key
    and summed.usage_date = people_days.day
