"""Policy about people: no person grain, no ranking, no group smaller than k, no figure that one person dominates.

Belongs here: rules that protect people. Does not: rules about metrics (metrics).
"""

from __future__ import annotations

from collections.abc import Iterable

from orchestration.publishing.policy.terms import Blocker, Outgoing, same_cell
from orchestration.storage.relations import identifier
from orchestration.warehouse.published_names import LONG_MART, PERSON_WORDS, RANKING_WORDS


def no_person_columns(outgoing: Outgoing) -> Iterable[Blocker]:
    """No column is named after a person, and none ranks."""
    for relation, columns in outgoing.relations.items():
        for column in columns:
            words = set(column.lower().split("_"))
            if words & PERSON_WORDS:
                yield Blocker(
                    rule="no_person_grain",
                    finding=f"{relation}.{column} is named after a person",
                    action="publish teams or above; person grain stays in schema restricted",
                )
            if words & RANKING_WORDS:
                yield Blocker(
                    rule="no_ranking",
                    finding=f"{relation}.{column} ranks",
                    action="publish the figure with its interval; neither people nor teams are ranked",
                )


def no_person_values(outgoing: Outgoing) -> Iterable[Blocker]:
    """No text looks like a pseudonym or a mail address. The blocker counts the rows and quotes none."""
    for relation, columns in outgoing.relations.items():
        for column in (name for name, kind in columns.items() if kind == "VARCHAR"):
            place, name = f"marts.{identifier(relation)}", identifier(column)
            found = outgoing.count(
                f"select count(*) from {place} where regexp_full_match({name}, 'p_[a-z2-7]{{26}}')"
                f" or regexp_matches({name}, '[^\\s@]+@[^\\s@]+\\.[a-zA-Z]')"
            )
            if found:
                yield Blocker(
                    rule="no_person_grain",
                    finding=f"{found} rows of {relation}.{column} hold what looks like a pseudonym or a mail address",
                    action="find the model that lets identifiers through to a mart and aggregate there",
                )


def groups_are_large_enough(outgoing: Outgoing) -> Iterable[Blocker]:
    """At least k people contribute to a published figure about people, and none more than the dominance share."""
    rows = outgoing.connection.execute(
        f"""
        select cells.metric_id,
            count(*) filter (where measured.contributors between 1 and ? - 1),
            count(*) filter (where measured.largest_share > ?),
            count(*) filter (where measured.metric_id is null)
        from marts.{LONG_MART} as cells
        inner join seeds.metrics as metrics on cells.metric_id = metrics.metric_id
        left join metrics.int_metrics__cells as measured
            on measured.metric_id = cells.metric_id and {same_cell("measured")}
        where cells.value is not null and metrics.is_about_people
            and (cells.entity_type != 'organisation' or metrics.kind in ('activity', 'cost'))
        group by cells.metric_id order by cells.metric_id
        """,
        [outgoing.min_group_size, outgoing.dominance_share],
    ).fetchall()
    for metric_id, small, dominated, unknown in rows:
        if small or dominated or unknown:
            yield Blocker(
                rule="min_group_size",
                finding=f"{metric_id}: {small} figures with fewer than {outgoing.min_group_size} contributors, "
                f"{dominated} where one person contributes more than {outgoing.dominance_share:.0%}, "
                f"{unknown} with unknown contributors",
                action="suppress these cells (reason small_group or suppressed)",
            )
