with night as (

    select * from {{ ref('stg_run__night') }}

)

select
    'pagerduty:' || incidents.incident_id as incident_id,
    incidents.explicit_cause_sha as cause_sha,
    incidents.explicit_cause_deployment_id as cause_deployment
from {{ ref('stg_pagerduty__incidents') }} as incidents
cross join night
where incidents.created_at < night.as_of
    and (incidents.explicit_cause_sha is not null or incidents.explicit_cause_deployment_id is not null)
union
-- a cause that was written down later counts from then on
select
    'pagerduty:' || log_entries.incident_id as incident_id,
    log_entries.explicit_cause_sha as cause_sha,
    log_entries.explicit_cause_deployment_id as cause_deployment
from {{ ref('stg_pagerduty__log_entries') }} as log_entries
cross join night
where log_entries.logged_at < night.as_of
    and (log_entries.explicit_cause_sha is not null or log_entries.explicit_cause_deployment_id is not null)
