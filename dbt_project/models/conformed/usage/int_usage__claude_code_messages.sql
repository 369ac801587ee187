{% set of_touched_days, of_replaced_days = 'true', 'true' %}
{% if is_incremental() %}
    {% set of_touched_days = 'usage_date in (select touched_days.usage_date from touched_days)' %}
    {% set of_replaced_days = 'usage_date in (select replaced_days.usage_date from replaced_days)' %}
{% endif %}

with touched_days as (

    select * from {{ ref('int_usage__touched_days') }}
    where source = 'claude_code'

),

replaced_days as (

    select usage_date from touched_days
    where is_replaced

),

repeated as (

    select message_id
    from {{ ref('stg_claude_code__session_lines') }}
    where message_id is not null and {{ of_touched_days }}
    group by message_id
    having count(*) > 1

),

-- what one line alone tells needs no judge
told_once as (

    select *
    from {{ ref('stg_claude_code__session_lines') }}
    where
        message_id is not null
        and message_id not in (select repeated.message_id from repeated)
        and {{ of_replaced_days }}

),

lines as (

    select
        *,
        case
            when message_id is null
                then file_digest || ':' || cast(line as string) || ':' || cast(occurred_at as string)
        end as own_id,
        -- the better of two lines of one answer has the greater rank: own line before side chain, more tokens,
        -- knows its speed; the place of the line decides what is left, so that the order of reading does not
        case when is_sidechain then '0' else '1' end
        || lpad(
            cast(
                coalesce(uncached_input_tokens, 0) + coalesce(cache_read_tokens, 0)
                + coalesce(cache_write_tokens, 0) + coalesce(output_tokens, 0) as string
            ), 12, '0'
        )
        || case when speed is null then '0' else '1' end
        || ':' || file_digest || ':' || lpad(cast(line as string), 9, '0') || ':' || load_id as line_rank
    from {{ ref('stg_claude_code__session_lines') }}
    where
        (message_id is null or message_id in (select repeated.message_id from repeated))
        and {{ of_touched_days }}

),

day_answers as (

    select
        usage_date,
        message_id,
        request_id,
        max(line_rank) as line_rank,
        count(*) as collapsed_lines,
        min(account) != max(account) as is_under_several_accounts
    from lines
    group by usage_date, message_id, request_id, own_id

),

contested as (

    select *
    from day_answers
    where message_id in (
        select repeated.message_id
        from day_answers as repeated
        where repeated.message_id is not null
        group by repeated.message_id
        having count(*) > 1
    )

),

-- across days and requests: a side chain replays its parent's answer under a new request, and a line without
-- request can belong to any. Each pair is judged alone and within 2 days: a day needs only its neighbours
beaten as (

    select distinct weaker.line_rank
    from contested as weaker
    inner join contested as stronger
        on weaker.message_id = stronger.message_id
        and weaker.line_rank < stronger.line_rank
        and abs({{ dbt.datediff('weaker.usage_date', 'stronger.usage_date', 'day') }}) <= 2
        and (
            weaker.line_rank < '1'  -- a side chain; the stronger is one only if the weaker is
            or coalesce(weaker.request_id, stronger.request_id, '')
            = coalesce(stronger.request_id, weaker.request_id, '')
        )

),

standing as (

    select day_answers.*
    from day_answers
    left join beaten
        on day_answers.line_rank = beaten.line_rank
    where beaten.line_rank is null

),

-- a replaced day without answers keeps one marker row: else the engine would not know that the day is empty
kept as (

    select
        line_rank,
        collapsed_lines,
        is_under_several_accounts,
        usage_date
    from standing
    where {{ of_replaced_days }}
    union all
    select
        cast(null as string) as line_rank,
        cast(null as bigint) as collapsed_lines,
        cast(null as boolean) as is_under_several_accounts,
        usage_date
    from replaced_days
    where
        usage_date not in (select standing.usage_date from standing)
        and usage_date not in (select told_once.usage_date from told_once)

)

select
    message_id || ':' || coalesce(request_id, '') as answer_id,
    false as is_day_marker,
    message_id,
    request_id,
    session_id,
    account,
    account_type,
    occurred_at,
    model,
    uncached_input_tokens,
    cache_read_tokens,
    cache_write_tokens,
    cache_write_1h_tokens,
    output_tokens,
    speed,
    service_tier,
    entrypoint,
    is_sidechain,
    false as is_under_several_accounts,
    cast(1 as bigint) as collapsed_lines,
    usage_date
from told_once
union all
select
    coalesce(lines.own_id, lines.message_id || ':' || coalesce(lines.request_id, ''), 'day_marker') as answer_id,
    kept.line_rank is null as is_day_marker,
    lines.message_id,
    lines.request_id,
    lines.session_id,
    lines.account,
    lines.account_type,
    lines.occurred_at,
    lines.model,
    lines.uncached_input_tokens,
    lines.cache_read_tokens,
    lines.cache_write_tokens,
    lines.cache_write_1h_tokens,
    lines.output_tokens,
    lines.speed,
    lines.service_tier,
    lines.entrypoint,
    lines.is_sidechain,
    kept.is_under_several_accounts,
    kept.collapsed_lines,
    kept.usage_date
from kept
left join lines
    on kept.line_rank = lines.line_rank
