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
        -- an identifier that landed readable is a known machine, whatever the identity map says of it
        coalesce(
            identities.actor_kind,
            case when substr(changes.author_identifier, 1, 2) != 'p_' then 'bot' else 'unknown' end,
            'unknown'
        ) as author_kind,
        identities.person_key as author_person_key,
        identities.agent_product
    from changes
    left join identities
        on changes.author_identifier = identities.identifier
        and cast(changes.opened_at as date) >= coalesce(identities.valid_from_date, date '1970-01-01')
        and cast(changes.opened_at as date) < coalesce(identities.valid_to_date, date '9999-12-31')

),

-- who stands behind an agent: the person whose name is in its commits, else who asked for the review
sponsors as (

    select
        helpers.change_id,
        identities.person_key as sponsor_person_key,
        helpers.evidence
    from (
        select change_id, author_identifier as identifier, authored_at as happened_at, 'co_author' as evidence
        from {{ ref('int_changes__commits') }}
        union all
        select change_id, actor_identifier as identifier, occurred_at as happened_at, 'marked_ready' as evidence
        from {{ ref('int_changes__events') }}
        where event_kind = 'ready'
    ) as helpers
    inner join identities
        on helpers.identifier = identities.identifier
        and cast(helpers.happened_at as date) >= coalesce(identities.valid_from_date, date '1970-01-01')
        and cast(helpers.happened_at as date) < coalesce(identities.valid_to_date, date '9999-12-31')
    where identities.person_key is not null
    qualify row_number() over (
        partition by helpers.change_id
        order by helpers.evidence, helpers.happened_at, identities.person_key
    ) = 1

)

select
    authors.change_id,
    authors.author_identifier,
    authors.author_kind,
    authors.author_person_key,
    authors.agent_product,
    case when authors.author_kind = 'agent' then sponsors.sponsor_person_key else authors.author_person_key end
        as sponsor_person_key,
    case
        when authors.author_kind = 'agent' then sponsors.evidence
        when authors.author_person_key is not null then 'author'
    end as sponsor_evidence
from authors
left join sponsors
    on authors.change_id = sponsors.change_id
