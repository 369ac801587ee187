select
    tags.repository,
    tags.name as tag_name,
    tags.sha,
    tags.tagged_at,
    tags.is_annotated,
    tags.is_semver,
    tags.is_prerelease
from {{ source('git', 'tags') }} as tags
inner join {{ ref('stg_git__repositories') }} as repositories
    on tags.repository = repositories.repository
    and tags.history_generation = repositories.history_generation
-- the whole set lands whenever one tag changed: a tag that the newest set lacks was deleted
qualify tags._as_of = max(tags._as_of) over (partition by tags.repository)
