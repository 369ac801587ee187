select
    evidence.repository,
    evidence.sha,
    evidence.committed_at,
    evidence.signal,
    evidence.product,
    evidence.role,
    evidence.grade
from {{ source('git', 'evidence') }} as evidence
inner join {{ ref('stg_git__repositories') }} as repositories
    on evidence.repository = repositories.repository
    and evidence.history_generation = repositories.history_generation
qualify row_number() over (
    partition by evidence.repository, evidence.sha, evidence.signal, evidence.product, evidence.role
    order by evidence._as_of desc, evidence._load_id desc
) = 1
