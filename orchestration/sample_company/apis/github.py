"""GitHub: pull requests and deployments by GraphQL; repositories, members, users, issues and the App by REST."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from orchestration.sample_company.apis.base import (
    NOT_FOUND,
    Answer,
    FakeTool,
    Request,
    instant,
    linked_page,
    organisation_settings,
    stamp,
)
from orchestration.sample_company.apis.github_app import FakeApp
from orchestration.sample_company.apis.github_nodes import (
    deployment_node,
    issue_row,
    node_id,
    pull_request_node,
    state_at,
    updated_at,
    user_row,
)
from orchestration.sample_company.apis.graphql import Connection, execute
from orchestration.sample_company.world.changes import COPILOT_AGENT, DEPENDABOT
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.lifecycle import REVIEW_BOT
from orchestration.sample_company.world.model import ORGANISATION, Account, Change, Deployment, Issue, Service


class GitHub:
    """The endpoints of GitHub that the connector reads, at the instant of the request."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app = FakeApp([ORGANISATION])
        self.changes: defaultdict[str, list[Change]] = defaultdict(list)
        self.deployments: defaultdict[str, list[Deployment]] = defaultdict(list)
        self.issues: defaultdict[str, list[Issue]] = defaultdict(list)
        for change in world.changes:
            self.changes[change.repository].append(change)
        for deployment in world.deployments:
            self.deployments[world.service[deployment.service_id].repository].append(deployment)
        for issue in world.issues:
            self.issues[issue.repository].append(issue)
        self.by_node = {node_id("PR", change.database_id): change for change in world.changes}
        self.accounts = [*(person.account for person in world.people), COPILOT_AGENT, DEPENDABOT, REVIEW_BOT]

    def answer(self, request: Request) -> Answer:
        if request.path.startswith("/app/"):
            return self.app.answer(request)
        if not self.app.accepts(request.headers.get("authorization", "")):
            return Answer(401, {"message": "Bad credentials"})
        if request.path == "/graphql":
            return self._graphql(request)
        match request.path.strip("/").split("/"):
            case ["orgs", name, "repos"] if name == ORGANISATION:
                return linked_page(request, [self._repository_row(service) for service in self.world.services])
            case ["repos", _, name] if name in self.world.service:
                return Answer(value=self._repository_row(self.world.service[name]))
            case ["repos", owner, name, "issues"]:
                return self._issues(request, f"{owner}/{name}")
            case ["orgs", name, "members"] if name == ORGANISATION:
                return linked_page(request, self._members(request.as_of))
            case ["users", login]:
                return self._user(lambda account: account.login_at(request.as_of) == login, request.as_of)
            case ["user", number]:
                return self._user(lambda account: str(account.github_id) == number, request.as_of)
        return NOT_FOUND

    def _graphql(self, request: Request) -> Answer:
        variables = request.body.get("variables")
        root = {
            "repository": partial(self._repository, request.as_of),
            "node": partial(self._node, request.as_of),
            "rateLimit": {"cost": 1, "remaining": 4_900, "limit": 5_000, "used": 100, "nodeCount": 100,
                          "resetAt": stamp(request.as_of)},
        }  # fmt: skip
        found = execute(
            str(request.body["query"]), variables if isinstance(variables, Mapping) else {}, root, request.page
        )
        return Answer(value=found)

    def _repository(self, as_of: datetime, arguments: Mapping[str, object]) -> Mapping[str, object] | None:
        service = self.world.service.get(str(arguments["name"]))
        if service is None or arguments["owner"] != ORGANISATION:
            return None
        changes = [change for change in self.changes[service.repository] if change.created_at < as_of]
        deployments = [row for row in self.deployments[service.repository] if row.created_at < as_of]
        changed: Callable[[object], object] = lambda item: _updated(item, as_of)  # noqa: E731
        state: Callable[[object], str] = lambda item: _state(item, as_of)  # noqa: E731
        return {
            "__typename": "Repository", "databaseId": service.repository_id,
            "nameWithOwner": service.repository, "name": service.service_id, "isArchived": False, "isFork": False,
            "defaultBranchRef": {"name": "main"},
            "pullRequests": Connection(changes, self._change(as_of),
                                       {"UPDATED_AT": changed, "CREATED_AT": _created}, state),
            "deployments": Connection(deployments, self._deployment(as_of), {"CREATED_AT": _created}),
        }  # fmt: skip

    def _change(self, as_of: datetime) -> Callable[[object], object]:
        def build(item: object) -> object:
            if not isinstance(item, Change):
                raise TypeError(type(item).__name__)
            return pull_request_node(self.world, item, as_of)

        return build

    def _deployment(self, as_of: datetime) -> Callable[[object], object]:
        def build(item: object) -> object:
            if not isinstance(item, Deployment):
                raise TypeError(type(item).__name__)
            repository = self.world.service[item.service_id].repository
            later = [row for row in self.deployments[repository]
                     if row.environment == item.environment and row.created_at > item.created_at]  # fmt: skip
            return deployment_node(self.world, item, later, as_of)

        return build

    def _node(self, as_of: datetime, arguments: Mapping[str, object]) -> Mapping[str, object] | None:
        change = self.by_node.get(str(arguments["id"]))
        visible = change is not None and change.created_at < as_of
        return pull_request_node(self.world, change, as_of) if change and visible else None

    def _repository_row(self, service: Service) -> Mapping[str, object]:
        return {
            "id": service.repository_id, "name": service.service_id, "full_name": service.repository,
            "owner": {"login": ORGANISATION, "id": 990_001, "type": "Organization"}, "private": True,
            "fork": False, "archived": False, "default_branch": "main", "visibility": "private",
            "created_at": "2019-02-01T08:00:00Z", "updated_at": stamp(self.world.end),
        }  # fmt: skip

    def _issues(self, request: Request, repository: str) -> Answer:
        """Issues and, as at GitHub, pull requests as issues, updated at or after `since`, ordered by update."""
        as_of = request.as_of
        since = instant(request.first("since", "2000-01-01T00:00:00Z"))
        items: list[Issue | Change] = [*self.issues[repository], *self.changes[repository]]
        rows = [issue_row(item, as_of, request.base) for item in items if item.created_at < as_of]
        rows = [row for row in rows if instant(str(row["updated_at"])) >= since]
        rows.sort(key=lambda row: (str(row["updated_at"]), str(row["number"])),
                  reverse=request.first("direction", "desc") == "desc")  # fmt: skip
        return linked_page(request, rows)

    def _members(self, as_of: datetime) -> Sequence[Mapping[str, object]]:
        employed = [person for person in self.world.people if person.employed_on(as_of.date())]
        return [user_row(person.account, as_of) for person in employed]

    def _user(self, wanted: Callable[[Account], bool], as_of: datetime) -> Answer:
        account = next(filter(wanted, self.accounts), None)
        return Answer(value=user_row(account, as_of)) if account else NOT_FOUND


def _updated(item: object, as_of: datetime) -> str:
    return f"{stamp(updated_at(item, as_of)) if isinstance(item, Change) else ''}"


def _state(item: object, as_of: datetime) -> str:
    return state_at(item, as_of) if isinstance(item, Change) else ""


def _created(item: object) -> str:
    return f"{stamp(item.created_at)}" if isinstance(item, Change | Deployment) else ""


TOOL = FakeTool(
    "github",
    GitHub,
    "github",
    "token",
    organisation_settings,
    corrected="additions",
    part=lambda world: world.services[0].service_id,
    renamed=("oid", "commitOid", "headRefOid", "nameWithOwner", "fullDatabaseId", "databaseId", "name"),
)
