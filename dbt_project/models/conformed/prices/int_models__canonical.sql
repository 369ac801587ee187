with names as (

    select distinct model from {{ ref('int_usage__account_days') }}
    where model is not null

),

-- us.anthropic.claude-sonnet-4-5-20250929-v1:0, claude-sonnet-4.5[1m] and claude-sonnet-4-5 are one model
stripped as (

    select
        model,
        regexp_replace(
            regexp_replace(
                replace(replace(replace(lower(trim(model)), '[1m]', ''), ' ', '-'), '@', '-'),
                '^(.*/|([a-z]+[.])?anthropic[.])', ''
            ),
            '(-v[0-9]+:[0-9]+|-latest|-1m|-20[0-9][0-9]-?[0-1][0-9]-?[0-3][0-9])+$', ''
        ) as plain_model
    from names

),

dashed as (

    select
        model,
        case
            when plain_model like 'claude%' then replace(plain_model, '.', '-')
            else plain_model
        end as plain_model
    from stripped

)

select
    dashed.model,
    coalesce(aliases.model, dashed.plain_model) as canonical_model
from dashed
left join {{ ref('model_aliases') }} as aliases
    on dashed.plain_model = aliases.alias
