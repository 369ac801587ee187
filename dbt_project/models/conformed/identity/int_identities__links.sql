-- a login that changed hands belongs to the account that used it last
with github_logins as (

    select
        github_id as identifier,
        login as linked_identifier
    from {{ ref('stg_github__users') }}
    qualify row_number() over (partition by login order by last_seen_at desc, github_id asc) = 1

),

copilot_logins as (

    select
        account as identifier,
        account_login as linked_identifier
    from {{ ref('stg_copilot__user_days') }}
    qualify row_number() over (partition by account_login order by usage_date desc, account asc) = 1

),

accounts as (

    select
        identifier,
        linked_identifier
    from github_logins
    union
    select
        identifier,
        linked_identifier
    from copilot_logins
    union
    select
        github_id,
        email
    from {{ ref('stg_github__users') }}
    where is_newest
    union
    select
        account_identifier,
        email_identifier
    from {{ ref('stg_github__pull_request_commit_authors') }}
    union
    select
        user_identifier,
        email_identifier
    from {{ ref('stg_pagerduty__users') }}

),

-- a readable identifier is a machine; a machine links no people
personal as (

    select
        identifier,
        linked_identifier
    from accounts
    where
        substr(identifier, 1, 2) = 'p_'
        and substr(linked_identifier, 1, 2) = 'p_'
        and identifier != linked_identifier

)

select
    identifier,
    linked_identifier
from personal
union
select
    linked_identifier,
    identifier
from personal
