select
    id as repository_id,
    full_name as repository,
    private as is_private,
    fork as is_fork,
    archived as is_archived,
    disabled as is_disabled,
    visibility,
    created_at,
    updated_at,
    pushed_at
from {{ source('github', 'repositories') }}
qualify row_number() over (partition by id order by _as_of desc, _load_id desc) = 1
