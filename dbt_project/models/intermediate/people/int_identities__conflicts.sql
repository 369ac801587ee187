select
    identifier,
    valid_from_date,
    valid_to_date,
    person_key,
    method,
    confidence,
    is_kept
from {{ ref('int_identities__candidates') }}
where people > 1
