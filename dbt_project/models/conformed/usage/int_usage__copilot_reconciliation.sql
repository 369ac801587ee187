with user_sums as (

    select
        usage_date,
        scope_id,
        count(*) as users,
        sum(prompts) as users_prompts,
        sum(generations) as users_generations,
        sum(acceptances) as users_acceptances
    from {{ ref('stg_copilot__user_days') }}
    group by usage_date, scope_id

)

select
    coalesce(organization_days.scope_id, user_sums.scope_id) as scope_id,
    organization_days.daily_active_users,
    user_sums.users,
    organization_days.prompts,
    cast(user_sums.users_prompts as bigint) as users_prompts,
    organization_days.generations,
    cast(user_sums.users_generations as bigint) as users_generations,
    organization_days.acceptances,
    cast(user_sums.users_acceptances as bigint) as users_acceptances,
    -- a day that one of the two reports does not have agrees only when the other counts nothing
    coalesce(organization_days.prompts, 0) = coalesce(user_sums.users_prompts, 0)
    and coalesce(organization_days.generations, 0) = coalesce(user_sums.users_generations, 0)
    and coalesce(organization_days.acceptances, 0) = coalesce(user_sums.users_acceptances, 0) as is_agreed,
    coalesce(organization_days.usage_date, user_sums.usage_date) as usage_date
from {{ ref('stg_copilot__organization_days') }} as organization_days
full join user_sums
    on organization_days.usage_date = user_sums.usage_date
    and organization_days.scope_id = user_sums.scope_id
