with changes as (

    select * from {{ ref('int_changes__unioned') }}

),

identities as (

    select * from {{ ref('int_identities__resolved') }}

),

authors as (

    select
        changes.change_id,
        changes.author_identifier,
        -- an identifier that landed readable is a known machine, even without an entry in the identities
        coalesce(
            identities.actor_kind,
            case when substr(changes.author_identifier, 1, 2) != 'p_' then 'bot' else 'unknown' end,
            'unknown'
        ) as author_kind,
        identities.person_key as author_person_key,
        identities.agent_product
    from changes
    left join identities
        on lower(changes.author_identifier) = identities.identifier
        and cast(changes.opened_at as date) >= identities.valid_from_date
        and cast(changes.opened_at as date) < identities.valid_to_date

),

-- accounts besides the author that left a trace in the change
contributors as (

    select
        change_id,
        sponsor_identifier as identifier,
        opened_at as contributed_at,
        'assigned' as evidence
    from changes
    where sponsor_identifier is not null
    union all
    select
        commits.change_id,
        coalesce(authors.account_identifier, authors.email_identifier) as identifier,
        commits.authored_at as contributed_at,
        'co_author' as evidence
    from {{ ref('stg_github__pull_request_commit_authors') }} as authors
    inner join {{ ref('int_changes__repositories') }} as repositories
        on lower(authors.repository) = repositories.repository_key
    inner join {{ ref('int_changes__commits') }} as commits
        on {{ change_id("'github'", 'repositories.repository', 'authors.pull_request_number') }} = commits.change_id
        and authors.commit_sha = commits.commit_sha
    union all
    select
        change_id,
        actor_identifier as identifier,
        occurred_at as contributed_at,
        'marked_ready' as evidence
    from {{ ref('int_changes__events') }}
    where event_kind = 'ready'

),

-- the person behind an agent's change: assigned, else named in its commits, else who asked for the review; the names
-- of the kinds of evidence sort in this order
sponsors as (

    select
        contributors.change_id,
        identities.person_key
    from contributors
    inner join identities
        on lower(contributors.identifier) = identities.identifier
        and cast(contributors.contributed_at as date) >= identities.valid_from_date
        and cast(contributors.contributed_at as date) < identities.valid_to_date
    where identities.person_key is not null
    qualify row_number() over (
        partition by contributors.change_id
        order by contributors.evidence, contributors.contributed_at, identities.person_key
    ) = 1

)

select
    authors.change_id,
    authors.author_identifier,
    authors.author_kind,
    authors.author_person_key,
    authors.agent_product,
    case
        when authors.author_kind = 'agent' then sponsors.person_key else authors.author_person_key
    end
        as sponsor_person_key
from authors
left join sponsors
    on authors.change_id = sponsors.change_id
