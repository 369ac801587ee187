with evidence as (

    select * from {{ ref('int_identities__evidence') }}

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
    where valid_to_date is not null

),

slices as (

    select
        identifier,
        boundary_date as valid_from_date,
        lead(boundary_date) over (partition by identifier order by boundary_date) as valid_to_date
    from boundaries

),

-- the best word for each person in each slice
people_of_slices as (

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
        and (evidence.valid_to_date is null or slices.valid_from_date < evidence.valid_to_date)
    group by slices.identifier, slices.valid_from_date, slices.valid_to_date, evidence.person_key

),

ranked as (

    select
        *,
        count(*) over (partition by identifier, valid_from_date) as people,
        rank() over (partition by identifier, valid_from_date order by confidence desc) as place,
        max(confidence) over (partition by identifier, valid_from_date) as best_confidence
    from people_of_slices

),

judged as (

    select
        *,
        sum(case when confidence = best_confidence then 1 else 0 end)
            over (partition by identifier, valid_from_date) as best_people
    from ranked

)

select
    identifier,
    person_key,
    method,
    is_direct,
    confidence,
    valid_from_date,
    valid_to_date,
    people,
    -- alone it holds; among several only a direct word that no other equals
    people = 1 or (place = 1 and best_people = 1 and is_direct) as is_kept
from judged
