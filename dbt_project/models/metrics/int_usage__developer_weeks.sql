with people_days as (

    select
        *,
        cast(date_trunc('week', day) as date) as week_start_date
    from {{ ref('int_people__days') }}

),

-- present on at least one working day; the team is the one at the end of the week
eligible as (

    select
        person_key,
        week_start_date,
        coalesce(max_by(team_id, day), 'unassigned') as team_id
    from people_days
    group by person_key, week_start_date
    having bool_or(is_eligible_developer and is_working_day and not is_absent)

),

used as (

    select
        person_key,
        cast(date_trunc('week', usage_date) as date) as week_start_date,
        bool_or(is_qualified) as is_qualified
    from {{ ref('fct_usage_days') }}
    where
        person_key is not null
        and greatest(
            coalesce(requests, 0),
            coalesce(sessions, 0),
            coalesce(prompts, 0),
            coalesce(accepted_results, 0),
            all_tokens
        ) > 0
    group by person_key, cast(date_trunc('week', usage_date) as date)

)

select
    eligible.person_key,
    eligible.week_start_date,
    eligible.team_id,
    used.person_key is not null as is_active,
    coalesce(used.is_qualified, false) as is_qualified
from eligible
left join used
    on eligible.person_key = used.person_key
    and eligible.week_start_date = used.week_start_date
