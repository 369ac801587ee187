with tags as (

    select
        *,
        bool_or(is_semver) over (partition by lower(repository)) as has_versions
    from {{ ref('stg_git__tags') }}

)

select
    'git' as source_system,
    tag_name as native_id,
    repository,
    case when is_prerelease then 'prerelease' else 'production' end as environment,
    sha as commit_sha,
    tagged_at as created_at,
    tagged_at as finished_at,
    true as is_success,
    false as is_hotfix_ref
from tags
-- in a repository with version tags, other tags are not releases
where is_semver or not coalesce(has_versions, false)
