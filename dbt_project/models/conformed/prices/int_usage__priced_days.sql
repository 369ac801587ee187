{#- what a class of tokens is paid by: one-hour cache writes are a part of all cache writes, and dearer -#}
{%- set paid_tokens = {
    'uncached_input': 'account_days.uncached_input_tokens',
    'cache_read': 'account_days.cache_read_tokens',
    'cache_write': '(account_days.cache_write_tokens - coalesce(account_days.cache_write_1h_tokens, 0))',
    'cache_write_1h': 'account_days.cache_write_1h_tokens',
    'output': 'account_days.output_tokens',
} -%}
with named as (

    select
        account_days.*,
        coalesce(aliases.model, {{ plain_model_name('account_days.model') }}) as canonical_model
    from {{ ref('int_usage__account_days') }} as account_days
    left join {{ ref('model_aliases') }} as aliases
        on {{ plain_model_name('account_days.model') }} = aliases.alias

),

listed as (

    select
        account_days.*,
        -- where a vendor states one amount for the account's day, that amount covers the day's tokens
        bool_or(account_days.reported_cost_usd is not null and account_days.measures = 'activity')
            over (partition by account_days.account, account_days.usage_date, account_days.source_system)
        and account_days.measures != 'activity' as is_paid_on_activity_row,
        coalesce(account_days.uncached_input_tokens, 0) + coalesce(account_days.cache_read_tokens, 0)
        + coalesce(account_days.cache_write_tokens, 0) + coalesce(account_days.output_tokens, 0)
        + coalesce(account_days.unclassified_input_tokens, 0) as all_tokens,
        coalesce(account_days.unclassified_input_tokens, 0) = 0
        and account_days.output_tokens is not null as is_split_by_class,
        -- micro-usd: tokens times usd a million, exact; null as soon as one class that was used has no price
        {% for token_class, tokens in paid_tokens.items() -%}
            case
                when coalesce({{ tokens }}, 0) = 0 then cast(0 as decimal(28, 6))
                else
                    cast({{ tokens }} as decimal(15, 0))
                    * cast(prices.{{ token_class }}_usd_per_million as decimal(12, 6))
            end {{ 'as list_micro_usd' if loop.last else '+' }}
        {% endfor %}
    from named as account_days
    left join {{ ref('int_prices__dated') }} as prices
        on account_days.canonical_model = prices.model
        and account_days.usage_date >= prices.valid_from_date
        and (prices.valid_to_date is null or account_days.usage_date < prices.valid_to_date)

),

priced as (

    select
        *,
        cast(round(list_micro_usd, 0) as decimal(18, 0)) as whole_micro_usd,
        is_split_by_class and not is_paid_on_activity_row as is_priced_by_list
    from listed

),

costed as (

    select
        *,
        case
            when is_priced_by_list
                then cast(whole_micro_usd * cast(0.000001 as decimal(7, 6)) as decimal(18, 6))
        end as list_cost_usd
    from priced

)

select
    usage_date,
    source_system,
    tool,
    account,
    measures,
    model,
    intent,
    canonical_model,
    uncached_input_tokens,
    cache_read_tokens,
    cache_write_tokens,
    output_tokens,
    unclassified_input_tokens,
    all_tokens,
    requests,
    sessions,
    prompts,
    accepted_results,
    is_human_initiated,
    cast(coalesce(cast(reported_cost_usd as decimal(18, 6)), list_cost_usd) as decimal(18, 6)) as cost_usd,
    case
        when reported_cost_usd is not null then cost_basis
        when list_cost_usd is not null then 'list_price_recomputed'
    end as cost_basis,
    case
        when reported_cost_usd is not null or list_cost_usd is not null or is_paid_on_activity_row then 0
        else all_tokens
    end as unpriced_tokens
from costed
