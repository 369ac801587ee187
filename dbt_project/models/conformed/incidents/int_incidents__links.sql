with incidents as (

    select * from {{ ref('int_incidents__unioned') }}
    where is_counted

),

explicit_links as (

    select distinct
        incident_id,
        deployment_id
    from {{ ref('int_incidents__explicit_links') }}

),

-- by time only: at most one deployment an incident, the last of the same service within 24 hours before
temporal_links as (

    select
        incidents.incident_id,
        live.deployment_id
    from incidents
    inner join {{ ref('int_deployments__placed') }} as live
        on incidents.service_id = live.service_id
        and incidents.started_at >= live.finished_at
    left join explicit_links
        on incidents.incident_id = explicit_links.incident_id
    where
        live.is_live
        and not live.is_repeat
        and explicit_links.incident_id is null
        and {{ elapsed_hours('live.finished_at', 'incidents.started_at') }} <= 24
    qualify row_number() over (
        partition by incidents.incident_id
        order by live.finished_at desc, live.deployment_id desc
    ) = 1

),

links as (

    select
        incident_id,
        deployment_id,
        'cause' as role,
        'explicit' as method,
        cast(null as timestamp) as remediated_at
    from explicit_links
    union all
    select
        incident_id,
        deployment_id,
        'cause' as role,
        'temporal' as method,
        cast(null as timestamp) as remediated_at
    from temporal_links
    {%- for role in ['cause', 'remediation'] %}
        union all
        select
            cast(null as string) as incident_id,
            {{ role }}_deployment_id as deployment_id,
            '{{ role }}' as role,
            'rollback' as method,
            min(remediation_finished_at) as remediated_at
        from {{ ref('int_deployments__rollbacks') }}
        group by {{ role }}_deployment_id
    {%- endfor %}

)

select
    -- a rollback needs no incident: the key has the deployment that was rolled back
    coalesce(links.incident_id, 'none') || '|' || links.deployment_id || '|' || links.role as link_id,
    links.incident_id,
    links.deployment_id,
    links.role,
    links.method,
    cast(case links.method when 'explicit' then 1.0 when 'rollback' then 0.9 else 0.5 end as double)
        as confidence,
    case when links.incident_id is null then links.remediated_at else incidents.outage_resolved_at end
        as restored_at
from links
left join incidents
    on links.incident_id = incidents.incident_id
