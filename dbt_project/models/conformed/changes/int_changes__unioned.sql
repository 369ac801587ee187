{%- set columns = {
    'source_system': 'string', 'change_id': 'string', 'repository': 'string', 'repository_id': 'bigint',
    'change_number': 'bigint', 'author_identifier': 'string', 'sponsor_identifier': 'string', 'created_at': 'timestamp',
    'updated_at': 'timestamp', 'is_draft': 'boolean', 'merged_at': 'timestamp', 'closed_at': 'timestamp',
    'merge_commit_sha': 'string', 'reverts_change_number': 'bigint', 'reverts_sha': 'string', 'is_hotfix': 'boolean',
    'is_base_default': 'boolean', 'has_lifecycle': 'boolean', 'has_reviews': 'boolean', 'has_reverts': 'boolean',
    'has_agent_signals': 'boolean', 'first_commit_at': 'timestamp',
    'agent_product': 'string', 'ai_evidence_signal': 'string', 'ai_evidence_grade': 'string',
} -%}
with arms as (

    {{ union_arms(columns, ['int_changes__github', 'int_changes__tables', 'int_changes__git']) }}

),

-- a repository's changes come from one source
placed as (

    select
        arms.source_system,
        coalesce(
            arms.change_id, {{ change_id('arms.source_system', 'repositories.repository', 'arms.change_number') }}
        ) as change_id,
        repositories.repository,
        repositories.service_id,
        arms.change_number,
        arms.author_identifier,
        arms.sponsor_identifier,
        arms.created_at,
        coalesce(arms.created_at, arms.merged_at) as opened_at,
        arms.is_draft,
        case when arms.merged_at < context.as_of then arms.merged_at end as merged_at,
        case when arms.closed_at < context.as_of then arms.closed_at end as closed_at,
        case when arms.merged_at < context.as_of then arms.merge_commit_sha end as merge_commit_sha,
        arms.reverts_change_number,
        arms.reverts_sha,
        arms.is_hotfix,
        arms.is_base_default,
        repositories.is_fork or repositories.is_archived as is_repository_excluded,
        arms.has_lifecycle,
        arms.has_reviews,
        arms.has_reverts,
        arms.has_agent_signals,
        arms.first_commit_at,
        arms.agent_product,
        arms.ai_evidence_signal,
        arms.ai_evidence_grade,
        arms.updated_at,
        arms.repository_id
    from arms
    cross join {{ ref('stg_run__context') }} as context
    inner join {{ ref('int_changes__repositories') }} as repositories
        on lower(arms.repository) = repositories.repository_key
        and arms.source_system = repositories.change_source
    where coalesce(arms.created_at, arms.merged_at) < context.as_of

)

select
    source_system,
    change_id,
    repository,
    service_id,
    change_number,
    author_identifier,
    sponsor_identifier,
    created_at,
    opened_at,
    is_draft,
    merged_at,
    closed_at,
    merge_commit_sha,
    reverts_change_number,
    reverts_sha,
    is_hotfix,
    is_base_default,
    is_repository_excluded,
    has_lifecycle,
    has_reviews,
    has_reverts,
    has_agent_signals,
    first_commit_at,
    agent_product,
    ai_evidence_signal,
    ai_evidence_grade
from placed
-- a repository that was created again under an old name starts its numbers again
qualify row_number() over (
    partition by change_id order by updated_at desc nulls last, repository_id desc nulls last
) = 1
