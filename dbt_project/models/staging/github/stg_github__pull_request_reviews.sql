select
    id as review_id,
    repository_id,
    repository,
    number as pull_request_number,
    lower(state) as state,
    submitted_at,
    commit_sha,
    author_association,
    case
        when substr(author__login, 1, 2) = 'p_' then coalesce(author__database_id, author__login)
        else author__login
    end as author_identifier,
    author__type as author_type
from {{ source('github', 'pull_request_reviews') }}
qualify row_number() over (partition by id order by _as_of desc, _load_id desc) = 1
