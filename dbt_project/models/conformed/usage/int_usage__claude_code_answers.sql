with touched_days as (

    select * from {{ ref('int_usage__touched_days') }}
    where source = 'claude_code'

),

replaced_days as (

    select usage_date from touched_days
    where is_replaced

),

lines as (

    select * from {{ ref('int_usage__claude_code_lines') }}
    where {{ on_days_of('touched_days') }}

),

repeated_messages as (

    select message_key from lines
    group by message_key
    having count(*) > 1

),

-- rank 1 is the best line of a message: its own before a side chain's, more tokens before fewer, with its speed before
-- without; the place in the files decides the rest, so that the order of reading does not
ranked_lines as (

    select
        *,
        row_number() over (
            partition by message_key
            order by is_own_line desc, total_tokens desc, knows_speed desc, file_digest desc, line desc, load_id desc
        ) as line_rank
    from lines
    where message_key in (select repeated_messages.message_key from repeated_messages)

),

-- lines of one request and day are one answer, which has the values of its best line
day_answers as (

    select
        *,
        count(*) over (partition by usage_date, message_key, request_id) as collapsed_lines,
        min(account) over (partition by usage_date, message_key, request_id)
        != max(account) over (partition by usage_date, message_key, request_id) as is_under_several_accounts
    from ranked_lines
    qualify line_rank = min(line_rank) over (partition by usage_date, message_key, request_id)

),

-- the same answer on another day or under another request: a side chain repeats its parent's answer under a new
-- request, and a line without request can belong to any. Days are compared pair by pair and within 2 of each other,
-- so that a day depends on its neighbours only
superseded as (

    select distinct
        weaker.message_key,
        weaker.line_rank
    from day_answers as weaker
    inner join day_answers as stronger
        on weaker.message_id = stronger.message_id
        and weaker.line_rank > stronger.line_rank
        and abs({{ dbt.datediff('weaker.usage_date', 'stronger.usage_date', 'day') }}) <= 2
        and (
            not weaker.is_own_line
            or weaker.request_id is null or stronger.request_id is null or weaker.request_id = stronger.request_id
        )

),

-- most messages have one line and need no comparison
winners as (

    select
        *,
        1 as line_rank,
        1 as collapsed_lines,
        false as is_under_several_accounts
    from lines
    where
        message_key not in (select repeated_messages.message_key from repeated_messages)
        and {{ on_days_of('replaced_days') }}
    union all
    select day_answers.*
    from day_answers
    left join superseded
        on day_answers.message_key = superseded.message_key
        and day_answers.line_rank = superseded.line_rank
    where superseded.message_key is null and {{ on_days_of('replaced_days') }}

)

select
    coalesce(winners.message_id || ':' || coalesce(winners.request_id, ''), winners.message_key) as answer_id,
    winners.message_id,
    winners.request_id,
    winners.session_id,
    winners.account,
    winners.account_type,
    winners.model,
    winners.uncached_input_tokens,
    winners.cache_read_tokens,
    winners.cache_write_tokens,
    winners.cache_write_1h_tokens,
    winners.output_tokens,
    winners.speed,
    winners.is_own_line,
    winners.is_under_several_accounts,
    winners.collapsed_lines,
    {{ replaced_day('winners') }} as usage_date
from {{ rows_and_empty_days('winners') }}
