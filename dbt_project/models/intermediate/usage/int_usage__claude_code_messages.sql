with lines as (

    select
        *,
        coalesce(
            message_id || ':' || coalesce(request_id, ''),
            file_digest || ':' || cast(line as string) || ':' || cast(occurred_at as string)
        ) as answer_id,
        -- the better of two lines of one answer has the greater rank: own line before side chain, more tokens, knows
        -- its speed; the place of the line decides what is left, so that the order of reading does not
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
    {% if is_incremental() %}
        where usage_date in (
            select usage_date from {{ ref('int_usage__touched_days') }} where source = 'claude_code'
        )
    {% endif %}

),

day_answers as (

    select
        max(line_rank) as line_rank,
        count(*) as collapsed_lines,
        min(account) != max(account) as is_under_several_accounts
    from lines
    group by usage_date, answer_id

),

best_lines as (

    select
        lines.*,
        day_answers.collapsed_lines,
        day_answers.is_under_several_accounts
    from lines
    inner join day_answers
        on lines.line_rank = day_answers.line_rank

),

contested as (

    select
        message_id,
        request_id,
        is_sidechain,
        usage_date,
        line_rank
    from best_lines
    where message_id in (
        select message_id from best_lines where message_id is not null group by message_id having count(*) > 1
    )

),

-- across days and requests: a side chain replays its parent's answer under a new request, and a line without request
-- can belong to any. Each pair is judged alone and within 2 days, so that a day needs no more than its neighbours
beaten as (

    select distinct weaker.line_rank
    from contested as weaker
    inner join contested as stronger
        on weaker.message_id = stronger.message_id
        and weaker.line_rank < stronger.line_rank
        and abs({{ dbt.datediff('weaker.usage_date', 'stronger.usage_date', 'day') }}) <= 2
        and (
            weaker.is_sidechain
            or stronger.is_sidechain
            or coalesce(weaker.request_id, stronger.request_id, '') = coalesce(stronger.request_id, weaker.request_id, '')
        )

),

answers as (

    select best_lines.*
    from best_lines
    left join beaten
        on best_lines.line_rank = beaten.line_rank
    where beaten.line_rank is null

),

replaced_days as (

    select usage_date from {{ ref('int_usage__touched_days') }}
    where source = 'claude_code' and is_replaced

)

select
    coalesce(answers.answer_id, 'day_marker') as answer_id,
    answers.answer_id is null as is_day_marker,
    answers.message_id,
    answers.request_id,
    answers.session_id,
    answers.account,
    answers.account_type,
    answers.occurred_at,
    answers.model,
    answers.uncached_input_tokens,
    answers.cache_read_tokens,
    answers.cache_write_tokens,
    answers.cache_write_1h_tokens,
    answers.output_tokens,
    answers.speed,
    answers.service_tier,
    answers.entrypoint,
    answers.is_sidechain,
    answers.is_under_several_accounts,
    answers.collapsed_lines,
    coalesce(answers.usage_date, replaced_days.usage_date) as usage_date
from answers
-- a replaced day without answers keeps one marker row: without it the engine would not know that the day is empty
{% if is_incremental() %}right{% else %}full{% endif %} join replaced_days
    on answers.usage_date = replaced_days.usage_date
