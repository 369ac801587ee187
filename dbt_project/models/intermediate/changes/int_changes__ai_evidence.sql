with people as (

    select * from {{ ref('int_changes__people') }}

),

shas as (

    select * from {{ ref('int_changes__shas') }}

),

found as (

    select
        change_id,
        'author' as signal,
        agent_product,
        'A' as grade
    from people
    where author_kind = 'agent'
    union
    select
        change_id,
        signal,
        agent_product,
        grade
    from {{ ref('int_changes__markers') }}
    union
    select
        shas.change_id,
        evidence.signal,
        evidence.product as agent_product,
        -- the landing commit of a squash may be written by an agent without the change being its own
        case when evidence.grade = 'A' then 'B' else evidence.grade end as grade
    from {{ ref('stg_git__evidence') }} as evidence
    inner join shas
        on evidence.repository = shas.repository
        and evidence.commit_sha = shas.commit_sha
    where evidence.role = 'author'

)

select
    change_id,
    signal,
    coalesce(agent_product, 'unknown') as agent_product,
    min(grade) as grade
from found
group by change_id, signal, coalesce(agent_product, 'unknown')
