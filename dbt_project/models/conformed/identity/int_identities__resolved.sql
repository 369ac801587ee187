with candidates as (

    select * from {{ ref('int_identities__candidates') }}

),

machines as (

    select * from {{ ref('int_identities__machines') }}

),

people as (

    select
        candidates.identifier,
        'human' as actor_kind,
        max(candidates.person_key) filter (where candidates.is_kept) as person_key,
        case
            when max(candidates.people) = 1 then max(candidates.method)
            when bool_or(candidates.is_kept) then 'conflict_strongest_kept'
            else 'conflict'
        end as evidence,
        candidates.valid_from_date,
        candidates.valid_to_date
    from candidates
    left join machines
        on candidates.identifier = machines.identifier
    where machines.identifier is null
    group by candidates.identifier, candidates.valid_from_date, candidates.valid_to_date

)

select
    identifier,
    actor_kind,
    person_key,
    cast(null as string) as agent_product,
    evidence,
    valid_from_date,
    valid_to_date
from people
union all
select
    identifier,
    actor_kind,
    cast(null as string) as person_key,
    agent_product,
    evidence,
    date '1970-01-01' as valid_from_date,
    cast(null as date) as valid_to_date
from machines
