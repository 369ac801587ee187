select
    repository_id,
    repository,
    number as pull_request_number,
    sha as commit_sha,
    position,
    position > 0 as is_co_author,
    case when substr(login, 1, 2) = 'p_' then coalesce(database_id, login) else login end as account_identifier,
    email as email_identifier
from {{ source('github', 'pull_request_commit_authors') }}
qualify row_number() over (
    partition by repository_id, number, sha, position order by _as_of desc, _load_id desc
) = 1
