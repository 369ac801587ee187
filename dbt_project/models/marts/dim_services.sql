select
    service_id,
    repository,
    repositories,
    team_id,
    tier,
    deploy_source,
    is_catalogued,
    gone_from_date
from {{ ref('int_services__catalogue') }}
