select
    id as deployment_id,
    repository_id,
    repository,
    commit_sha,
    coalesce(latest_environment, environment) as environment,
    original_environment,
    task,
    lower(state) as state,
    created_at,
    updated_at,
    is_hotfix_ref,
    case
        when substr(creator__login, 1, 2) = 'p_' then coalesce(creator__database_id, creator__login)
        else creator__login
    end as creator_identifier,
    creator__type as creator_type
from {{ source('github', 'deployments') }}
qualify row_number() over (partition by id order by updated_at desc, _as_of desc, _load_id desc) = 1
