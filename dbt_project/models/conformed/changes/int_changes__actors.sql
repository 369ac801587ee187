-- machines are known by readable names, which tools spell in small letters or not
select
    lower(identifier) as identifier,
    actor_kind,
    person_key,
    agent_product,
    coalesce(valid_from_date, date '1970-01-01') as valid_from_date,
    coalesce(valid_to_date, date '9999-12-31') as valid_to_date
from {{ ref('int_identities__resolved') }}
qualify row_number() over (
    partition by lower(identifier), coalesce(valid_from_date, date '1970-01-01')
    order by case when actor_kind = 'agent' then 0 else 1 end, identifier
) = 1
