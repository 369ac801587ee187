with context as (

    select * from {{ ref('stg_run__context') }}

),

named as (

    select
        'pagerduty:' || incidents.incident_id as incident_id,
        incidents.explicit_cause_sha as cause_sha,
        incidents.explicit_cause_deployment_id as cause_deployment
    from {{ ref('stg_pagerduty__incidents') }} as incidents
    cross join context
    where incidents.created_at < context.as_of
    union
    -- a cause that was recorded later counts from then on
    select
        'pagerduty:' || log_entries.incident_id as incident_id,
        log_entries.explicit_cause_sha as cause_sha,
        log_entries.explicit_cause_deployment_id as cause_deployment
    from {{ ref('stg_pagerduty__log_entries') }} as log_entries
    cross join context
    where log_entries.logged_at < context.as_of
    union
    select
        incidents.system || ':' || incidents.incident_id as incident_id,
        incidents.explicit_cause_sha as cause_sha,
        incidents.explicit_cause_deployment_id as cause_deployment
    from {{ ref('stg_tables__incidents') }} as incidents
    cross join context
    where incidents.created_at < context.as_of

)

select
    incident_id || '|' || coalesce(cause_sha, '') || '|' || coalesce(cause_deployment, '') as cause_id,
    incident_id,
    cause_sha,
    cause_deployment
from named
where
    cause_sha is not null
    or cause_deployment is not null
