select
    person_hr_id as person_key,
    system,
    external_id as identifier,
    -- no date means: as long as anybody remembers
    coalesce(valid_from, date '1970-01-01') as valid_from_date,
    valid_to as valid_to_date,
    coalesce(lower(evidence), 'manual') as evidence
from {{ source('company_files', 'identities') }}
where external_id is not null
-- one account may be listed twice, as a git e-mail and as an e-mail: both have the same pseudonym
qualify
    rank() over (order by _as_of desc, _load_id desc) = 1
    and row_number() over (
        partition by _load_id, person_hr_id, external_id, coalesce(valid_from, date '1970-01-01')
        order by valid_to desc nulls first, system asc, evidence asc
    ) = 1
