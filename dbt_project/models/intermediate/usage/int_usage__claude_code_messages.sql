with lines as (

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
    {% if is_incremental() %}
        where usage_date in (
            select touched.usage_date from {{ ref('int_usage__touched_days') }} as touched
            where touched.source = 'claude_code'
        )
    {% endif %}

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

answers as (

    select
        lines.*,
        coalesce(lines.own_id, lines.message_id || ':' || coalesce(lines.request_id, '')) as answer_id,
        standing.collapsed_lines,
        standing.is_under_several_accounts
    from lines
    inner join standing
        on lines.line_rank = standing.line_rank

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
from replaced_days
-- a replaced day without answers keeps one marker row: else the engine would not know that the day is empty
{% if is_incremental() %}left{% else %}full{% endif %} join answers
    on replaced_days.usage_date = answers.usage_date
