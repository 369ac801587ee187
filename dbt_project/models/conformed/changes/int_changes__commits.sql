{%- set columns = {
    'source_system': 'string', 'repository': 'string', 'change_number': 'bigint', 'commit_sha': 'string',
    'authored_at': 'timestamp', 'agent_product': 'string', 'ai_evidence_signal': 'string',
    'ai_evidence_grade': 'string',
} -%}
with arms as (

    {{ union_arms(columns, ['int_change_commits__github', 'int_change_commits__tables']) }}

)

-- of the source that the repository's changes come from
select
    {{ change_id('arms.source_system', 'repositories.repository', 'arms.change_number') }} as change_id,
    arms.commit_sha,
    min(arms.authored_at) as authored_at,
    min(arms.agent_product) as agent_product,
    min(arms.ai_evidence_signal) as ai_evidence_signal,
    min(arms.ai_evidence_grade) as ai_evidence_grade
from arms
cross join {{ ref('stg_run__context') }} as context
inner join {{ ref('int_changes__repositories') }} as repositories
    on lower(arms.repository) = repositories.repository_key
    and arms.source_system = repositories.change_source
where arms.authored_at < context.as_of
group by arms.source_system, repositories.repository, arms.change_number, arms.commit_sha
