with people as (

    select * from {{ ref('int_changes__people') }}

),

repositories as (

    select * from {{ ref('int_changes__repositories') }}

),

shas as (

    select * from {{ ref('int_changes__commit_map') }}

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
        ai_evidence_signal as signal,
        agent_product,
        ai_evidence_grade as grade
    from {{ ref('int_changes__unioned') }}
    where ai_evidence_grade is not null
    union
    select
        change_id,
        ai_evidence_signal as signal,
        agent_product,
        -- an agent that wrote one commit of a person's change is not the change's author
        case when ai_evidence_grade = 'A' then 'B' else ai_evidence_grade end as grade
    from {{ ref('int_changes__commits') }}
    where ai_evidence_grade is not null
    union
    select
        shas.change_id,
        evidence.signal,
        evidence.product as agent_product,
        case when evidence.grade = 'A' then 'B' else evidence.grade end as grade
    from {{ ref('stg_git__evidence') }} as evidence
    inner join repositories
        on lower(evidence.repository) = repositories.repository_key
    inner join shas
        on repositories.repository = shas.repository
        and evidence.sha = shas.commit_sha
    where evidence.role = 'author'

)

select
    change_id,
    signal,
    coalesce(agent_product, 'unknown') as agent_product,
    min(grade) as grade
from found
group by change_id, signal, coalesce(agent_product, 'unknown')
