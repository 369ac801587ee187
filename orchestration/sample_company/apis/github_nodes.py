"""Single records of GitHub at an instant: pull request, deployment, issue, user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha1

from orchestration.sample_company.apis.base import stamp
from orchestration.sample_company.apis.graphql import Connection
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import ORGANISATION, Account, Change, Commit, Deployment, Issue, Moment

Node = dict[str, object]
EVENTS = {"ready": "ReadyForReviewEvent", "draft": "ConvertToDraftEvent", "closed": "ClosedEvent",
          "reopened": "ReopenedEvent", "merged": "MergedEvent", "requested": "ReviewRequestedEvent"}  # fmt: skip


def oid(world: World, key: str) -> str:
    """The object id in the repository; for a commit that never merged, a hash of its key."""
    return world.oids.get(key) or sha1(key.encode(), usedforsecurity=False).hexdigest()


def node_id(prefix: str, number: object) -> str:
    return f"{prefix}_kwDO{number}"


def actor(account: Account | None, as_of: datetime) -> Node | None:
    """GraphQL names a bot without the suffix that REST shows."""
    if account is None:
        return None
    login = {"Copilot": "copilot-swe-agent"}.get(account.login, account.login_at(as_of).removesuffix("[bot]"))
    return {"__typename": account.kind, "login": login, "databaseId": account.github_id,
            "id": node_id("U", account.github_id)}  # fmt: skip


def updated_at(change: Change, as_of: datetime) -> datetime:
    return max([change.created_at, *(moment.at for moment in change.moments if moment.at < as_of)])


def _ends(change: Change, as_of: datetime) -> tuple[str, bool, Moment | None, Moment | None]:
    """State, whether a draft, the close in force and the merge, from the moments before `as_of`."""
    state, is_draft, closing, merge = "OPEN", change.opened_as_draft, None, None
    for moment in change.moments:
        if moment.at >= as_of:
            break
        if moment.kind in ("ready", "draft"):
            is_draft = moment.kind == "draft"
        if moment.kind == "closed":
            state, closing = "CLOSED", moment
        if moment.kind == "reopened":
            state, closing = "OPEN", None
        if moment.kind == "merged":
            state, closing, merge = "MERGED", moment, moment
    return state, is_draft, closing, merge


def state_at(change: Change, as_of: datetime) -> str:
    return _ends(change, as_of)[0]


def pull_request_node(world: World, change: Change, as_of: datetime) -> Node:
    state, is_draft, closing, merge = _ends(change, as_of)
    seen = [moment for moment in change.moments if moment.at < as_of]
    reverted = f"Reverts {change.repository}#{change.reverts}" if change.reverts else ""
    return {
        "__typename": "PullRequest", "id": node_id("PR", change.database_id),
        "databaseId": change.database_id, "fullDatabaseId": str(change.database_id), "number": change.number,
        "state": state, "isDraft": is_draft,
        "title": f'Revert "Change {change.reverts}"' if change.reverts else f"Change {change.number}",
        "body": reverted, "bodyText": reverted, "createdAt": stamp(change.created_at),
        "updatedAt": stamp(updated_at(change, as_of)), "closedAt": stamp(closing.at if closing else None),
        "mergedAt": stamp(merge.at if merge else None), "author": actor(change.author, as_of),
        "mergedBy": actor(merge.actor, as_of) if merge else None, "authorAssociation": "MEMBER",
        "baseRefName": "main", "headRefName": change.branch, "headRefOid": oid(world, change.commits[-1].key),
        "isCrossRepository": False, "mergeCommit": {"oid": oid(world, change.key)} if merge else None,
        "additions": change.additions, "deletions": change.deletions, "changedFiles": 1,
        "reviewDecision": None, "totalCommentsCount": 0, "assignees": Connection(_assignees(world, change, as_of)),
        "labels": Connection([{"__typename": "Label", "name": name} for name in change.labels]),
        "closingIssuesReferences": Connection([]),
        "commits": Connection([_commit_node(world, commit, as_of) for commit in change.commits if commit.at < as_of]),
        "reviews": Connection([_review(world, change, index, moment, as_of) for index, moment in enumerate(seen)
                               if moment.kind == "review"]),
        "timelineItems": Connection([_event(world, change, index, moment, as_of) for index, moment in enumerate(seen)
                                     if moment.kind in EVENTS]),
    }  # fmt: skip


def _assignees(world: World, change: Change, as_of: datetime) -> list[Node | None]:
    """An agent's change is assigned to the agent and to the person who requested it."""
    if change.author_kind != "agent" or change.sponsor_hr_id is None:
        return []
    return [actor(change.author, as_of), actor(world.person[change.sponsor_hr_id].account, as_of)]


def _commit_node(world: World, commit: Commit, as_of: datetime) -> Node:
    people = [(commit.author_name, commit.author_email, commit.account), *commit.co_authors]
    authors = [{"__typename": "GitActor", "name": name, "email": email, "user": actor(account, as_of)}
               for name, email, account in people]  # fmt: skip
    sha = oid(world, commit.key)
    trailers = "".join(f"\nCo-Authored-By: {name} <{email}>" for name, email, _ in commit.co_authors)
    inner = {
        "__typename": "Commit", "oid": sha, "authoredDate": stamp(commit.at), "committedDate": stamp(commit.at),
        "message": f"Work on a change\n{trailers}".rstrip(), "messageHeadline": "Work on a change",
        "messageBody": trailers.strip(), "author": authors[0], "committer": authors[0],
        "authors": Connection(authors), "additions": commit.lines, "deletions": 0,
        "parents": Connection([{"__typename": "Commit", "oid": ""}]),
    }  # fmt: skip
    return {"__typename": "PullRequestCommit", "id": node_id("PRC", sha), "commit": inner}


def _review(world: World, change: Change, index: int, moment: Moment, as_of: datetime) -> Node:
    number = change.database_id * 100 + index
    return {"__typename": "PullRequestReview", "id": node_id("PRR", number), "databaseId": number % 2**31,
            "fullDatabaseId": str(number), "state": moment.state, "submittedAt": stamp(moment.at),
            "createdAt": stamp(moment.at), "updatedAt": stamp(moment.at), "author": actor(moment.actor, as_of),
            "authorAssociation": "MEMBER", "commit": {"oid": oid(world, change.commits[-1].key)},
            "comments": Connection([])}  # fmt: skip


def _event(world: World, change: Change, index: int, moment: Moment, as_of: datetime) -> Node:
    event: Node = {"__typename": EVENTS[moment.kind], "id": node_id("EV", change.database_id * 100 + index),
                   "createdAt": stamp(moment.at), "actor": actor(moment.actor, as_of)}  # fmt: skip
    if moment.kind == "closed":
        event["stateReason"] = None
    if moment.kind == "merged":
        event |= {"commit": {"oid": oid(world, change.key)}, "mergeRefName": "main"}
    if moment.kind == "requested":
        event["requestedReviewer"] = {"__typename": "User", "login": None, "databaseId": None}
    return event


def deployment_node(world: World, row: Deployment, later: Sequence[Deployment], as_of: datetime) -> Node:
    """A later success in the same environment adds an `inactive` status; the first success stays in the list."""
    service = world.service[row.service_id]
    statuses = [(status.at, status.state) for status in row.statuses if status.at < as_of]
    succeeded = [other.finished_at for other in later if other.finished_at and other.finished_at < as_of]
    if succeeded and row.finished_at:
        statuses.append((min(succeeded), "inactive"))
    number = row.database_id
    state = (statuses[-1][1] if statuses else "pending").upper()
    return {
        "__typename": "Deployment", "id": node_id("DE", number), "databaseId": number,
        "commitOid": oid(world, row.change_key), "environment": row.environment,
        "originalEnvironment": row.environment, "latestEnvironment": row.environment, "task": "deploy",
        "state": "ACTIVE" if state == "SUCCESS" else state, "createdAt": stamp(row.created_at),
        "updatedAt": stamp(statuses[-1][0] if statuses else row.created_at), "payload": None, "description": None,
        "creator": {"__typename": "Bot", "login": "github-actions", "databaseId": 41_898_282},
        "ref": {"name": "main"}, "repository": {"nameWithOwner": service.repository},
        "statuses": Connection([
            {"__typename": "DeploymentStatus", "id": node_id("DES", number * 10 + index), "state": state.upper(),
             "createdAt": stamp(at), "updatedAt": stamp(at), "environment": row.environment, "logUrl": None}
            for index, (at, state) in reversed(list(enumerate(statuses)))
        ]),
    }  # fmt: skip


def issue_row(item: Issue | Change, as_of: datetime, base: str) -> Node:
    """The REST listing of issues; a pull request among them carries the key `pull_request`."""
    if isinstance(item, Change):
        state, _, closing, _ = _ends(item, as_of)
        closed, updated = closing.at if closing else None, updated_at(item, as_of)
    else:
        closed = item.closed_at if item.closed_at and item.closed_at < as_of else None
        state, updated = "CLOSED" if closed else "OPEN", closed or item.created_at
    row: Node = {
        "id": item.database_id + 9_000_000, "number": item.number, "title": f"Item {item.number}",
        "state": "open" if state == "OPEN" else "closed", "state_reason": "completed" if closed else None,
        "user": user_row(item.author, as_of) if item.author else None, "assignees": [], "comments": 0,
        "labels": [{"id": 1 + index, "name": name, "color": "ededed"} for index, name in enumerate(item.labels)],
        "created_at": stamp(item.created_at), "updated_at": stamp(updated), "closed_at": stamp(closed),
        "body": None, "author_association": "MEMBER",
    }  # fmt: skip
    if isinstance(item, Change):
        row["pull_request"] = {"url": f"{base}/repos/{item.repository}/pulls/{item.number}"}
    return row


def user_row(account: Account, as_of: datetime) -> Mapping[str, object]:
    return {"login": account.login_at(as_of), "id": account.github_id, "node_id": node_id("U", account.github_id),
            "type": account.kind, "site_admin": False, "name": None, "email": None,
            "company": ORGANISATION, "created_at": "2018-03-01T09:00:00Z"}  # fmt: skip
