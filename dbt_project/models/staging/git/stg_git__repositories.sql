-- A repository that was read anew may have nothing left in one stream; so the newest generation is taken here, once.
select
    repository,
    max(history_generation) as history_generation,
    max(_as_of) as last_read_as_of
from {{ source('git', 'commits') }}
group by repository
