with runs as (

    select
        *,
        cast(started_at as date) as started_date
    from {{ ref('int_agent_runs__otel') }}

)

select
    runs.run_id,
    runs.source_system,
    runs.tool,
    runs.agent_name,
    runs.trigger_type,
    runs.started_date,
    runs.started_at,
    runs.ended_at,
    {{ elapsed_hours('runs.started_at', 'runs.ended_at') }} as duration_hours,
    runs.status,
    starters.person_key,
    sponsors.person_key as sponsor_person_key,
    coalesce(people_days.team_id, 'unassigned') as team_id,
    runs.turns,
    runs.steps,
    runs.model_calls,
    runs.tool_calls,
    runs.sub_agents,
    runs.errors,
    runs.granted_permissions + runs.denied_permissions + coalesce(runs.unanswered_permissions, 0) as asked_permissions,
    runs.granted_permissions,
    runs.denied_permissions,
    runs.rule_decisions,
    runs.uncached_input_tokens,
    runs.cache_read_tokens,
    runs.cache_write_tokens,
    runs.output_tokens,
    runs.unclassified_input_tokens
from runs
left join {{ ref('int_identities__resolved') }} as starters
    on lower(runs.account) = starters.identifier
    and runs.started_date >= starters.valid_from_date
    and runs.started_date < starters.valid_to_date
left join {{ ref('int_identities__resolved') }} as sponsors
    on lower(runs.sponsor) = sponsors.identifier
    and runs.started_date >= sponsors.valid_from_date
    and runs.started_date < sponsors.valid_to_date
-- a run of nobody belongs to the team of who answers for the agent
left join {{ ref('int_people__days') }} as people_days
    on coalesce(starters.person_key, sponsors.person_key) = people_days.person_key
    and runs.started_date = people_days.day
