with changes as (

    select * from {{ ref('int_changes__unioned') }}

),

actors as (

    select * from {{ ref('int_identities__resolved') }}

),

authors as (

    select
        changes.change_id,
        changes.author_identifier,
        -- an identifier that landed readable is a known machine, whatever the identity map says of it
        coalesce(
            actors.actor_kind,
            case when substr(changes.author_identifier, 1, 2) != 'p_' then 'bot' else 'unknown' end,
            'unknown'
        ) as author_kind,
        actors.person_key as author_person_key,
        actors.agent_product
    from changes
    left join actors
        on lower(changes.author_identifier) = actors.identifier
        and cast(changes.opened_at as date) >= actors.valid_from_date
        and cast(changes.opened_at as date) < actors.valid_to_date

),

-- who stands behind an agent: the person whose name is in its commits, else who asked for the review
sponsors as (

    select
        helpers.change_id,
        actors.person_key as sponsor_person_key,
        helpers.evidence
    from {{ ref('int_changes__helpers') }} as helpers
    inner join actors
        on lower(helpers.identifier) = actors.identifier
        and cast(helpers.helped_at as date) >= actors.valid_from_date
        and cast(helpers.helped_at as date) < actors.valid_to_date
    where actors.person_key is not null
    qualify row_number() over (
        partition by helpers.change_id
        order by helpers.evidence, helpers.helped_at, actors.person_key
    ) = 1

)

select
    authors.change_id,
    authors.author_identifier,
    authors.author_kind,
    authors.author_person_key,
    authors.agent_product,
    case
        when authors.author_kind = 'agent' then sponsors.sponsor_person_key else authors.author_person_key
    end
        as sponsor_person_key,
    case
        when authors.author_kind = 'agent' then sponsors.evidence
        when authors.author_person_key is not null then 'author'
    end as sponsor_evidence
from authors
left join sponsors
    on authors.change_id = sponsors.change_id
