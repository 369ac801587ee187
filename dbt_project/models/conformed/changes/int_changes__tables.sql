-- where a tool's rows have no review at all, or no revert, they were not loaded: unknown, and not none
with reviewed as (

    select distinct system from {{ ref('stg_tables__reviews') }}

)

select
    'tables' as source_system,
    changes.repository,
    changes.change_number,
    changes.author_identifier,
    changes.created_at,
    changes.updated_at,
    changes.is_draft,
    changes.merged_at,
    changes.closed_at,
    changes.merge_commit_sha,
    changes.reverts_change_number,
    coalesce(changes.label_names like '%|hotfix|%', false) as is_hotfix,
    coalesce(changes.is_base_default, true) as is_base_default,
    true as has_lifecycle,
    reviewed.system is not null as has_reviews,
    bool_or(changes.reverts_change_number is not null) over (partition by changes.system) as has_reverts,
    false as has_agent_signals
from {{ ref('stg_tables__changes') }} as changes
left join reviewed
    on changes.system = reviewed.system
