with signatures as (

    select
        lower(pattern) as identifier,
        min(actor_kind) as signed_kind,
        min(case when actor_kind = 'agent' then product end) as agent_product
    from {{ ref('actor_signatures') }}
    where match_type = 'exact' and signal in ('login', 'github_id', 'email', 'trailer_email')
    group by lower(pattern)

),

accounts as (

    select * from {{ ref('stg_github__users') }}

),

-- an account may be known by its number, by its login, or both: either names the other
flagged as (

    select
        github_id as identifier,
        login as other_name
    from accounts
    where account_type = 'Bot' or login like '%[bot]'
    union
    select
        login,
        github_id
    from accounts
    where account_type = 'Bot' or login like '%[bot]'

),

-- landing leaves the names of bots readable, also of those that nobody has listed
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

select
    identifier,
    signed_kind as actor_kind,
    agent_product,
    evidence
from named
qualify row_number() over (partition by identifier order by place, agent_product) = 1
