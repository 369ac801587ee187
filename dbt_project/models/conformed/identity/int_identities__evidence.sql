{%- set rounds = 3 -%}
with people as (

    select * from {{ ref('int_people__employments') }}

),

-- an address may go to a new person after its owner left; two owners at the same time are a conflict
address_owners as (

    select
        *,
        lag(person_key) over by_start as previous_owner,
        lag(end_date) over by_start as previous_end_date,
        lead(person_key) over by_start as next_owner,
        lead(start_date) over by_start as next_start_date
    from people
    where work_email_identifier is not null
    window by_start as (partition by work_email_identifier order by start_date, person_key)

),

direct as (

    select
        person_key as identifier,
        person_key,
        'hr_id' as method,
        cast(1.0 as double) as confidence,
        date '1970-01-01' as valid_from_date,
        cast(null as date) as valid_to_date
    from people
    union
    select
        identifier,
        person_key,
        'identity_map',
        cast(case when evidence = 'sso' then 1.0 else 0.95 end as double),
        valid_from_date,
        valid_to_date
    from {{ ref('stg_company_files__identities') }}
    union
    select
        work_email_identifier,
        person_key,
        'work_email',
        cast(0.9 as double),
        case
            when previous_owner != person_key and previous_end_date < start_date then start_date
            else date '1970-01-01'
        end,
        case when next_owner != person_key and end_date < next_start_date then next_start_date end
    from address_owners

),

-- start of the walk along linked accounts. Only the last owner of an identifier takes part, so that an earlier
-- owner of a login does not inherit the account of the next
round_0 as (

    select *
    from direct
    where method != 'hr_id'
    qualify
        max(valid_from_date) over (partition by identifier, person_key)
        = max(valid_from_date) over (partition by identifier)

),
{% for round in range(1, rounds + 1) %}
    round_{{ round }} as (

        select
            links.linked_identifier as identifier,
            reached.person_key,
            'linked_account' as method,
            cast(0.8 as double) as confidence,
            min(reached.valid_from_date) as valid_from_date,
            case when count(*) = count(reached.valid_to_date) then max(reached.valid_to_date) end as valid_to_date
        from round_{{ round - 1 }} as reached
        inner join {{ ref('int_identities__links') }} as links
            on reached.identifier = links.identifier
        group by links.linked_identifier, reached.person_key

    ),
{% endfor %}
found as (

    select
        *,
        true as is_direct
    from direct
    {%- for round in range(1, rounds + 1) %}
        union all
        select
            *,
            false as is_direct
        from round_{{ round }}
    {%- endfor %}

)

select
    identifier,
    person_key,
    method,
    is_direct,
    confidence,
    valid_from_date,
    valid_to_date
from found
qualify row_number() over (
    partition by identifier, person_key, method, valid_from_date order by valid_to_date desc nulls first
) = 1
