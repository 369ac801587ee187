with starts as (

    select distinct
        model,
        valid_from_date
    from {{ ref('model_prices') }}

),

-- the classes of a model may change on different days: each start takes the newest price of every class
in_force as (

    select
        starts.model,
        starts.valid_from_date,
        {% for token_class in ['uncached_input', 'cache_read', 'cache_write', 'cache_write_1h', 'output'] -%}
            max_by(prices.usd_per_million_tokens, prices.valid_from_date)
            filter (where prices.token_class = '{{ token_class }}') as {{ token_class }}_usd_per_million
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from starts
    inner join {{ ref('model_prices') }} as prices
        on starts.model = prices.model
        and starts.valid_from_date >= prices.valid_from_date
    group by starts.model, starts.valid_from_date

)

select
    model,
    valid_from_date,
    lead(valid_from_date) over (partition by model order by valid_from_date) as valid_to_date,
    uncached_input_usd_per_million,
    cache_read_usd_per_million,
    cache_write_usd_per_million,
    cache_write_1h_usd_per_million,
    output_usd_per_million
from in_force
