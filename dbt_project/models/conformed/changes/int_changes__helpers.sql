with repositories as (

    select * from {{ ref('int_changes__repositories') }}

),

commits as (

    select * from {{ ref('int_changes__commits') }}

),

commit_authors as (

    select
        'github:'
        || repositories.repository
        || '#'
        || cast(authors.pull_request_number as string) as change_id,
        authors.commit_sha,
        coalesce(authors.account_identifier, authors.email_identifier) as identifier
    from {{ ref('stg_github__pull_request_commit_authors') }} as authors
    inner join repositories
        on lower(authors.repository) = repositories.repository_key

)

select
    change_id,
    sponsor_identifier as identifier,
    opened_at as helped_at,
    'assigned' as evidence
from {{ ref('int_changes__unioned') }}
where sponsor_identifier is not null
union
select
    commit_authors.change_id,
    commit_authors.identifier,
    commits.authored_at as helped_at,
    'co_author' as evidence
from commit_authors
inner join commits
    on commit_authors.change_id = commits.change_id
    and commit_authors.commit_sha = commits.commit_sha
where commit_authors.identifier is not null
union
select
    change_id,
    actor_identifier as identifier,
    occurred_at as helped_at,
    'marked_ready' as evidence
from {{ ref('int_changes__events') }}
where
    event_kind = 'ready'
    and actor_identifier is not null
