with weeks as (

    select * from {{ ref('int_teams__weeks') }}
    where team_id = 'unassigned'

)

select
    services.service_id,
    services.repository,
    services.team_id,
    weeks.week_start_date
from {{ ref('int_services__catalogue') }} as services
inner join weeks
    on services.gone_from_date is null or services.gone_from_date > weeks.week_start_date
