with found as (

    select
        change_id,
        'author' as signal,
        agent_product,
        'A' as grade
    from {{ ref('int_changes__people') }}
    where author_kind = 'agent'
    union all
    select
        change_id,
        ai_evidence_signal as signal,
        agent_product,
        ai_evidence_grade as grade
    from {{ ref('int_changes__unioned') }}
    where ai_evidence_grade is not null
    union all
    select
        change_id,
        ai_evidence_signal as signal,
        agent_product,
        -- an agent that wrote one commit of a person's change is not the change's author
        case when ai_evidence_grade = 'A' then 'B' else ai_evidence_grade end as grade
    from {{ ref('int_changes__commits') }}
    where ai_evidence_grade is not null
    union all
    select
        commit_map.change_id,
        evidence.signal,
        evidence.product as agent_product,
        case when evidence.grade = 'A' then 'B' else evidence.grade end as grade
    from {{ ref('stg_git__evidence') }} as evidence
    inner join {{ ref('int_changes__repositories') }} as repositories
        on lower(evidence.repository) = repositories.repository_key
    inner join {{ ref('int_changes__commit_map') }} as commit_map
        on repositories.repository = commit_map.repository
        and evidence.sha = commit_map.commit_sha
    where evidence.role = 'author'

)

-- the best grade, with the product that it names
select
    change_id,
    grade,
    coalesce(agent_product, 'unknown') as agent_product
from found
qualify row_number() over (
    partition by change_id order by grade, signal, coalesce(agent_product, 'unknown')
) = 1
