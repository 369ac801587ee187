with evidence as (

    select
        identifier,
        person_key,
        method,
        is_direct,
        confidence,
        valid_from_date,
        coalesce(valid_to_date, date '9999-12-31') as valid_to_date
    from {{ ref('int_identities__evidence') }}

),

machines as (

    select * from {{ ref('int_identities__machines') }}

),

boundaries as (

    select
        identifier,
        valid_from_date as boundary_date
    from evidence
    union
    select
        identifier,
        valid_to_date
    from evidence

),

-- a slice of time has the same evidence from its first to its last day
slices as (

    select
        identifier,
        boundary_date as valid_from_date,
        lead(boundary_date) over (partition by identifier order by boundary_date) as valid_to_date
    from boundaries

),

candidates as (

    select
        slices.identifier,
        slices.valid_from_date,
        slices.valid_to_date,
        evidence.person_key,
        max(evidence.confidence) as confidence,
        max_by(evidence.method, evidence.confidence) as method,
        bool_or(evidence.is_direct) as is_direct
    from slices
    inner join evidence
        on slices.identifier = evidence.identifier
        and slices.valid_from_date >= evidence.valid_from_date
        and slices.valid_from_date < evidence.valid_to_date
    group by slices.identifier, slices.valid_from_date, slices.valid_to_date, evidence.person_key

),

ranked as (

    select
        *,
        confidence = max(confidence) over (partition by identifier, valid_from_date) as is_strongest
    from candidates

),

-- a single candidate is the person; of several, the strongest by direct evidence, if no other is as strong
chosen as (

    select
        identifier,
        valid_from_date,
        valid_to_date,
        count(*) as candidates,
        max(method) as method,
        max(person_key) filter (where is_strongest) as strongest_person_key,
        count(*) = 1
        or (count(*) filter (where is_strongest) = 1 and bool_or(is_direct) filter (where is_strongest))
            as is_resolved
    from ranked
    group by identifier, valid_from_date, valid_to_date

)

select
    chosen.identifier,
    'human' as actor_kind,
    case when chosen.is_resolved then chosen.strongest_person_key end as person_key,
    cast(null as string) as agent_product,
    case
        when chosen.candidates = 1 then chosen.method
        when chosen.is_resolved then 'conflict_strongest_kept'
        else 'conflict'
    end as evidence,
    chosen.valid_from_date,
    chosen.valid_to_date
from chosen
left join machines
    on chosen.identifier = machines.identifier
where machines.identifier is null
union all
select
    identifier,
    actor_kind,
    cast(null as string) as person_key,
    agent_product,
    evidence,
    date '1970-01-01' as valid_from_date,
    date '9999-12-31' as valid_to_date
from machines
