{#- A revert of a revert of a revert … is followed five levels down; the sixth would count as none. -#}
{%- set levels = 5 -%}
with changes as (

    select * from {{ ref('int_changes__unioned') }}

),

shas as (

    select * from {{ ref('int_changes__shas') }}

),

-- commits that revert something straight on the default branch, without a change of their own
direct_reverts as (

    select
        commits.repository,
        'commit:' || commits.repository || '@' || commits.commit_sha as reverting_id,
        commits.commit_sha,
        commits.committed_at as reverted_at,
        commits.reverts_change_number,
        commits.reverts_sha
    from {{ ref('stg_git__commits') }} as commits
    left join shas
        on commits.repository = shas.repository
        and commits.commit_sha = shas.commit_sha
    where commits.mainline_position is not null
        and (commits.reverts_sha is not null or commits.reverts_change_number is not null)
        and shas.change_id is null

),

reverting as (

    select repository, change_id as reverting_id, merged_at as reverted_at, reverts_change_number, reverts_sha
    from changes
    where merged_at is not null
        and (reverts_change_number is not null or reverts_sha is not null)
    union all
    select repository, reverting_id, reverted_at, reverts_change_number, reverts_sha
    from direct_reverts

),

targets as (

    select repository, commit_sha, change_id as target_id from shas
    union all
    select repository, commit_sha, reverting_id as target_id from direct_reverts

),

pairs as (

    select reverting.reverting_id, changes.change_id as reverted_id, reverting.reverted_at
    from reverting
    inner join changes
        on reverting.repository = changes.repository
        and reverting.reverts_change_number = changes.change_number
    where changes.merged_at <= reverting.reverted_at
    union
    select reverting.reverting_id, targets.target_id as reverted_id, reverting.reverted_at
    from reverting
    inner join targets
        on reverting.repository = targets.repository
        and reverting.reverts_sha = targets.commit_sha
    where targets.target_id != reverting.reverting_id

),

{%- for level in range(1, levels + 1) %}

level_{{ level }} as (

    {% if level == 1 -%}
    select reverted_id, reverting_id, reverted_at, 1 as depth
    from pairs
    {%- else -%}
    select level_{{ level - 1 }}.reverted_id, pairs.reverting_id, pairs.reverted_at, {{ level }} as depth
    from level_{{ level - 1 }}
    inner join pairs
        on level_{{ level - 1 }}.reverting_id = pairs.reverted_id
    {%- endif %}

),
{%- endfor %}

chained as (

    {% for level in range(1, levels + 1) -%}
    select * from level_{{ level }}
    {% if not loop.last %}union all
    {% endif %}
    {%- endfor %}

)

select
    changes.change_id,
    min(chained.reverted_at) filter (where chained.depth = 1) as reverted_at,
    count(distinct chained.reverting_id) as links,
    -- the last word of the chain: an odd distance takes the change out, an even one puts it back
    max_by(chained.depth % 2 = 1, chained.reverted_at) as is_out_of_effect,
    max_by(chained.depth % 2 = 0, chained.reverted_at) as is_reapplied
from chained
inner join changes
    on chained.reverted_id = changes.change_id
group by changes.change_id
