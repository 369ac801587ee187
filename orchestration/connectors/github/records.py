"""Records of our streams from GitHub's answers: child lists apart, people as accounts, texts as facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from orchestration.connectors._shared.bot_registry import BotRegistry
from orchestration.connectors.github.accounts import Node, Record, account, as_text, listed, sponsor
from orchestration.connectors.github.facts import (
    commit_evidence,
    is_hotfix,
    label_names,
    pull_request_evidence,
    reverted,
    reverted_sha,
)

_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def pull_request(node: Node, scope: Record, default_branch: str | None, bots: BotRegistry) -> Record:
    title, body, branch = node.get("title") or "", node.get("body") or "", node.get("headRefName") or ""
    on = instant(node["createdAt"]).date()
    merged = node.get("mergedAt")
    author = account(node.get("author"))
    return {
        **scope,
        "number": node["number"],
        "id": node.get("fullDatabaseId"),
        "state": node.get("state"),
        "is_draft": node.get("isDraft"),
        "created_at": node["createdAt"],
        "updated_at": node["updatedAt"],
        "closed_at": node.get("closedAt"),
        "merged_at": merged,
        "author": author,
        "merged_by": account(node.get("mergedBy")),
        "author_association": node.get("authorAssociation"),
        "is_cross_repository": node.get("isCrossRepository"),
        "is_base_default": None if default_branch is None else node.get("baseRefName") == default_branch,
        "is_hotfix_branch": is_hotfix(branch),
        "head_sha": node.get("headRefOid"),
        "merge_commit_sha": (node.get("mergeCommit") or {}).get("oid") if merged else None,
        "additions": node.get("additions"),
        "deletions": node.get("deletions"),
        "changed_files": node.get("changedFiles"),
        "comments": node.get("totalCommentsCount"),
        "commits": (node.get("commits") or {}).get("totalCount"),
        "label_names": label_names(label["name"] for label in listed(node, "labels")),
        **reverted(title, body, branch, str(scope["repository"])),
        **pull_request_evidence(bots, f"{title}\n\n{body}", branch, on),
        "sponsor": sponsor(node) if author.get("type") == "Bot" else {},
    }


def review(node: Node, scope: Record) -> Record:
    return {
        **scope,
        "id": node.get("fullDatabaseId"),
        "state": node.get("state"),
        "submitted_at": node.get("submittedAt"),
        "commit_sha": (node.get("commit") or {}).get("oid"),
        "author_association": node.get("authorAssociation"),
        "author": account(node.get("author")),
    }


def event(node: Node, scope: Record) -> Record:
    return {
        **scope,
        "id": node.get("id"),
        "event": _HUMP.sub("_", str(node.get("__typename")).removesuffix("Event")).lower(),
        "created_at": node.get("createdAt"),
        "actor": account(node.get("actor")),
        "commit_sha": (node.get("commit") or {}).get("oid"),
        "state_reason": node.get("stateReason"),
        "requested_reviewer_type": (node.get("requestedReviewer") or {}).get("__typename"),
        "review_id": (node.get("review") or {}).get("fullDatabaseId"),
        "previous_review_state": node.get("previousReviewState"),
    }


def commit(node: Node, position: int, scope: Record, bots: BotRegistry) -> Record:
    message, author = node.get("message") or "", node.get("author") or {}
    number = (author.get("user") or {}).get("databaseId")
    on = instant(node["authoredDate"]).date()
    return {
        **scope,
        "sha": node["oid"],
        "position": position,
        "authored_at": node["authoredDate"],
        "committed_at": node.get("committedDate"),
        "reverts_sha": reverted_sha(message, str(scope["repository"])),
        **commit_evidence(bots, message, author.get("email"), number, on),
    }


def commit_author(scope: Record, sha: str, position: int, email: str | None, known: Node | None) -> Record:
    person = known or {}
    number = as_text(person.get("databaseId"))
    return {
        **scope,
        "sha": sha,
        "position": position,
        "email": email,
        "login": person.get("login"),
        "database_id": number,
    }


def deployment(node: Node, scope: Record) -> Record:
    return {
        **scope,
        "id": node["id"],
        "commit_sha": node.get("commitOid"),
        "environment": node.get("environment"),
        "original_environment": node.get("originalEnvironment"),
        "latest_environment": node.get("latestEnvironment"),
        "task": node.get("task"),
        "state": node.get("state"),
        "created_at": node["createdAt"],
        "updated_at": node.get("updatedAt"),
        "is_hotfix_ref": is_hotfix((node.get("ref") or {}).get("name")),
        "creator": account(node.get("creator")),
    }


def deployment_status(node: Node, scope: Record, deployment_id: str) -> Record:
    return {
        **scope,
        "deployment_id": deployment_id,
        "id": node.get("id"),
        "state": str(node.get("state") or "").lower() or None,
        "created_at": node.get("createdAt"),
        "environment": node.get("environment"),
    }


def issue(row: Node, scope: Record) -> Record:
    """The issue as sent, with facts from its child lists."""
    labels = (label.get("name") if isinstance(label, Mapping) else label for label in row.get("labels") or ())
    return {
        **row,
        **scope,
        "issue_type": (row.get("type") or {}).get("name"),
        "label_names": label_names(name for name in labels if name),
        "author": account(row.get("user")),
    }
