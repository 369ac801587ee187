{#- what a class of tokens is paid by: one-hour cache writes are a part of all cache writes, and dearer -#}
{%- set paid_tokens = {
    'uncached_input': 'judged.uncached_input_tokens',
    'cache_read': 'judged.cache_read_tokens',
    'cache_write': '(judged.cache_write_tokens - coalesce(judged.cache_write_1h_tokens, 0))',
    'cache_write_1h': 'judged.cache_write_1h_tokens',
    'output': 'judged.output_tokens',
} -%}
with account_days as (

    select * from {{ ref('int_usage__account_days') }}

),

identities as (

    select * from {{ ref('int_identities__resolved') }}

),

people_days as (

    select * from {{ ref('int_people__days') }}

),

models as (

    select * from {{ ref('int_models__canonical') }}

),

prices as (

    select * from {{ ref('int_prices__dated') }}

),

-- what a schedule or a test did is use, but nobody's; where a source cannot tell, only an accepted result shows a person
judged as (

    select
        *,
        coalesce(is_human_initiated, accepted_results >= 1, false)
            and coalesce(intent, 'unknown') not in ('scheduled', 'heartbeat', 'test') as is_own_use
    from account_days

),

summed as (

    select
        judged.*,
        coalesce(models.canonical_model, judged.model) as canonical_model,
        sum(judged.prompts) over own_use as own_prompts,
        sum(judged.accepted_results) over own_use as own_accepted_results,
        -- a vendor that states one amount for the account's day has priced that day's tokens with it
        bool_or(judged.reported_cost_usd is not null and judged.measures = 'activity') over account_day
            and judged.measures != 'activity' as is_paid_on_activity_row,
        coalesce(judged.uncached_input_tokens, 0) + coalesce(judged.cache_read_tokens, 0)
            + coalesce(judged.cache_write_tokens, 0) + coalesce(judged.output_tokens, 0)
            + coalesce(judged.unclassified_input_tokens, 0) as all_tokens,
        -- micro-usd: tokens times usd a million, exact; null as soon as one class that was used has no price
        case when coalesce(judged.unclassified_input_tokens, 0) = 0 and judged.output_tokens is not null then
        {%- for token_class, tokens in paid_tokens.items() %}
            case
                when coalesce({{ tokens }}, 0) = 0 then cast(0 as decimal(28, 6))
                else cast({{ tokens }} as decimal(15, 0)) * cast(prices.{{ token_class }}_usd_per_million as decimal(12, 6))
            end{% if not loop.last %} +{% endif %}
        {%- endfor %}
        end as list_micro_usd
    from judged
    left join models
        on judged.model = models.model
    left join prices
        on models.canonical_model = prices.model
        and judged.usage_date >= prices.valid_from_date
        and (prices.valid_to_date is null or judged.usage_date < prices.valid_to_date)
    window
        own_use as (partition by judged.account, judged.usage_date, judged.tool, judged.is_own_use),
        account_day as (partition by judged.account, judged.usage_date, judged.source_system)

),

priced as (

    select
        *,
        case when not is_paid_on_activity_row then
            cast(cast(round(list_micro_usd, 0) as decimal(18, 0)) * cast(0.000001 as decimal(7, 6)) as decimal(18, 6))
        end as list_cost_usd
    from summed

)

select
    priced.usage_date,
    priced.source_system,
    priced.tool,
    priced.account,
    priced.measures,
    priced.model,
    priced.intent,
    priced.canonical_model,
    coalesce(identities.actor_kind, 'unknown') as actor_kind,
    identities.person_key,
    coalesce(people_days.team_id, 'unassigned') as team_id,
    priced.uncached_input_tokens,
    priced.cache_read_tokens,
    priced.cache_write_tokens,
    priced.output_tokens,
    priced.unclassified_input_tokens,
    priced.all_tokens,
    priced.requests,
    priced.sessions,
    priced.prompts,
    priced.accepted_results,
    priced.is_human_initiated,
    -- one trivial prompt is no use of a tool: two prompts or one accepted result on the day
    priced.is_own_use
        and (coalesce(priced.own_accepted_results, 0) >= 1 or coalesce(priced.own_prompts, 0) >= 2) as is_qualified,
    cast(coalesce(cast(priced.reported_cost_usd as decimal(18, 6)), priced.list_cost_usd) as decimal(18, 6)) as cost_usd,
    case
        when priced.reported_cost_usd is not null then priced.cost_basis
        when priced.list_cost_usd is not null then 'list_price_recomputed'
    end as cost_basis,
    case
        when priced.reported_cost_usd is null and priced.list_cost_usd is null and not priced.is_paid_on_activity_row
            then priced.all_tokens
        else 0
    end as unpriced_tokens
from priced
left join identities
    on priced.account = identities.identifier
    and priced.usage_date >= identities.valid_from_date
    and (identities.valid_to_date is null or priced.usage_date < identities.valid_to_date)
left join people_days
    on identities.person_key = people_days.person_key
    and priced.usage_date = people_days.day
