"""Names of what is published, and words that no published column may contain.

Belongs here: constants that the checkpoint of what leaves (quality) and the policy (publishing) both apply.
Does not: the rules themselves.
"""

from __future__ import annotations

PUBLISHED_SCHEMA = "marts"
LONG_MART = "kpi_values"
"""The one relation with a row for every metric, entity and period; the wide marts are pivots of it."""
PERSON_WORDS = {
    *("person", "login", "email", "mail", "user", "username", "author", "assignee"),
    *("reviewer", "sponsor", "account", "employee", "identifier"),
}
RANKING_WORDS = {
    *("rank", "ranking", "ranked", "leaderboard", "percentile", "quartile", "decile", "ntile"),
    *("top", "bottom", "best", "worst"),
}
