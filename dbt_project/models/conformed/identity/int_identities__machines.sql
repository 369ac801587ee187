with signatures as (

    select
        lower(pattern) as identifier,
        min(actor_kind) as signed_kind,
        min(case when actor_kind = 'agent' then product end) as agent_product
    from {{ ref('actor_signatures') }}
    where match_type = 'exact' and signal in ('login', 'github_id', 'email', 'trailer_email')
    group by lower(pattern)

),

-- an account may be known by its number, by its login, or both: either names the other
flagged as (

    select
        github_id as identifier,
        login as other_name
    from {{ ref('stg_github__users') }}
    where is_newest and (account_type = 'Bot' or login like '%[bot]')
    union
    select
        login,
        github_id
    from {{ ref('stg_github__users') }}
    where is_newest and (account_type = 'Bot' or login like '%[bot]')
    union
    select
        author_identifier,
        cast(null as string)
    from {{ ref('stg_tables__changes') }}
    where author_type = 'bot' and author_identifier is not null

),

-- names of bots are landed readable, also those that are not in the list of signatures
seen as (

    select author_identifier as identifier from {{ ref('stg_git__commits') }}
    union
    select committer_identifier from {{ ref('stg_git__commits') }}

),

named as (

    select
        identifier,
        signed_kind,
        agent_product,
        'signature' as evidence,
        1 as place
    from signatures
    union all
    select
        flagged.identifier,
        signatures.signed_kind,
        signatures.agent_product,
        'signature',
        2
    from flagged
    inner join signatures
        on flagged.other_name = signatures.identifier
    union all
    select
        identifier,
        'bot',
        cast(null as string),
        'vendor_flag',
        3
    from flagged
    union all
    select
        identifier,
        'bot',
        cast(null as string),
        'bot_name',
        4
    from seen
    where identifier like '%[bot]'

)

-- tools differ in how they capitalise a bot's name
select
    lower(identifier) as identifier,
    signed_kind as actor_kind,
    agent_product,
    evidence
from named
qualify row_number() over (
    partition by lower(identifier)
    order by place, case when signed_kind = 'agent' then 0 else 1 end, agent_product, identifier
) = 1
