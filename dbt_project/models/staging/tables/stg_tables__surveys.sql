select
    system,
    survey_id,
    question_id,
    asked_on as asked_date,
    respondent as respondent_identifier,
    team_id,
    score,
    hours_saved_weekly,
    lower(design) as design
from {{ newest_not_deleted(
    source('tables', 'surveys'), ['system', 'survey_id', 'question_id', 'respondent']
) }} as surveys
