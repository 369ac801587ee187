"""GitHub as an App: proofs, installations, and tokens that expire while a slice is read."""

from __future__ import annotations

import logging
from collections import Counter
from functools import partial

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from pydantic import SecretStr, ValidationError

from orchestration import landing
from orchestration.connectors import github
from orchestration.connectors._http.errors import (
    BrokenAnswerError,
    ForbiddenError,
    PermissionDeniedError,
    UnauthorisedError,
)
from orchestration.connectors.github.app_auth import GitHubApp, private_key
from orchestration.errors import SettingsError
from orchestration.landing import Landing
from orchestration.landing.ingest import pseudonymiser_of
from orchestration.sample_company.apis.base import Request
from orchestration.sample_company.apis.github_app import FakeApp
from orchestration.settings import load_settings
from tests.connectors import github_tool
from tests.connectors.github_tool import CONTRACT, PARTITION, FakeGitHub, landed, numbers, pull_request, rows
from tests.connectors.loopback import EPOCH, Ask, Loopback, Reply, linked, quiet, reply

NOW = float(EPOCH)
"""The time of the loopback server's `Date` header, 2026-11-17 03:00 UTC."""
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ISSUE = {"id": 5, "state": "open", "created_at": "2026-11-01T00:00:00Z", "updated_at": "2026-11-02T00:00:00Z"}


def pem(key=KEY, encryption=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


class Organisations:
    """The small GitHub of `github_tool` for an App: each request needs a valid token of the owner that it is about.

    `uses`: after so many requests a token is no longer valid.
    """

    def __init__(self, tool: Loopback, *names: str) -> None:
        self.tool, self.uses = tool, 10_000
        self.hub = FakeGitHub(tool)
        self.app = FakeApp(names, KEY.public_key(), lambda: NOW)
        self.used: Counter[str] = Counter()
        for name in names[1:]:
            row = {"id": 72, "full_name": f"{name}/site"}
            tool.route("GET", f"/orgs/{name}/repos", lambda ask, row=row: reply([row]))
            tool.route("GET", f"/repos/{name}/site/issues", lambda ask: reply([{**ISSUE, "number": 9}]))
            tool.route("GET", f"/orgs/{name}/members", linked([[]], f"/orgs/{name}/members"))
        for place, route in tool.routes.items():
            tool.routes[place] = lambda ask, route=route: self._guarded(ask, route)
        tool.route("GET", "/app/*", self._as_app)
        tool.route("POST", "/app/*", self._as_app)

    def _as_app(self, ask: Ask) -> Reply:
        query = {name: [value] for name, value in ask.query.items()}
        request = Request(ask.method, ask.path, query, ask.headers, {}, self.tool.url, "", PARTITION.as_of)
        answer = self.app.answer(request)
        return reply(answer.value, answer.status, **answer.headers)

    def _guarded(self, ask: Ask, route) -> Reply:
        token = ask.headers["authorization"].removeprefix("Bearer ")
        owner = self.app.valid.get(token)
        self.used[token] += 1
        if owner is None or self.used[token] > self.uses:
            self.app.valid.pop(token, None)
            return reply({"message": f"Bad credentials {token}"}, 401)
        about = ask.json["variables"].get("owner", owner) if ask.method == "POST" else ask.path.split("/")[2]
        return route(ask) if about == owner else reply({"message": "Not Found"}, 404)


@pytest.fixture
def tool():
    with Loopback() as server:
        yield server


@pytest.fixture
def acme(tool):
    return Organisations(tool, "acme")


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The clock of this machine, which a test may move."""
    times = [NOW]
    monkeypatch.setattr(github, "GitHubApp", partial(GitHubApp, clock=lambda: times[0]))
    return times


def config(tool, **changes):
    key = SecretStr(pem().decode())
    return github_tool.config(tool, **{"token": None, "app_id": "12345", "app_private_key": key, **changes})


def slices(tool, cursors=None, **changes):
    found = github.slices(config(tool, **changes), PARTITION, cursors or {}, quiet(attempts=3))
    return {slice_.key: slice_ for slice_ in found}


def items(tool, part="pull_requests", **changes):
    return list(slices(tool, **changes)[f"{part}/acme/app"].items())


def app_of(tool):
    return github.GitHubApp(tool.url, "12345", KEY, quiet(attempts=2))


def test_the_app_proves_itself_for_nine_minutes_and_backdates_by_one(tool, acme):
    token, expires_at = app_of(tool).access_token("acme")
    assert acme.app.proofs == [{"iat": EPOCH - 60, "exp": EPOCH + 540, "iss": "12345"}] * 2
    assert acme.app.valid == {token.get_secret_value(): "acme"}
    assert expires_at == NOW + 3600


def test_an_owner_is_found_on_any_page_in_any_case(tool):
    fake = Organisations(tool, *(f"org{number}" for number in range(100)), "Acme")
    token, _ = app_of(tool).access_token("aCME")
    assert fake.app.valid[token.get_secret_value()] == "Acme"
    assert [ask.query.get("page") for ask in tool.asked("/app/installations")] == [None, "2"]


def test_a_token_is_renewed_when_less_than_five_minutes_remain(tool, acme, clock):
    api = app_of(tool).client("acme")
    tokens = []
    for minute in (0, 55, 56, 110, 112):
        clock[0] = acme_time = NOW + minute * 60
        acme.app.now = lambda now=acme_time: now
        api.get_json("repos/acme/app")
        tokens.append(tool.log[-1].headers["authorization"])
    assert [tokens.index(token) for token in tokens] == [0, 0, 2, 2, 4]


@pytest.mark.parametrize("uses", [1, 2, 3, 5])
def test_a_token_that_expires_within_graphql_pages_loses_and_doubles_nothing(tool, acme, uses):
    acme.hub.pull_requests = [pull_request(n, f"2026-11-0{n}T10:00:00Z") for n in range(1, 8)]
    whole = items(tool, page_size=2)
    acme.uses = uses
    assert items(tool, page_size=2) == whole
    assert numbers(whole) == [7, 6, 5, 4, 3, 2, 1]
    assert len(acme.used) > 2


def test_a_token_that_expires_within_rest_pages_loses_and_doubles_nothing(tool, acme):
    pages = [[{**ISSUE, "number": 2 * page + place} for place in (1, 2)] for page in range(4)]
    route = linked(pages, "/repos/acme/app/issues")
    tool.routes["GET", "/repos/acme/app/issues"] = lambda ask: acme._guarded(ask, route)
    acme.uses = 3
    assert [row["number"] for row in rows(items(tool, "issues"), "issues")] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len(acme.used) == 2


def land(tmp_path, tool, **changes):
    folder = Landing(tmp_path / "landing", pseudonymiser_of(b"a key for tests only"))
    found = github.slices(config(tool, **changes), PARTITION, {}, quiet(attempts=2))
    return folder, landing.land_slices(folder, CONTRACT, PARTITION, found)


@pytest.mark.parametrize("state", ["suspended", "removed"])
def test_an_app_that_loses_its_installation_half_way_lands_nothing_of_the_slice(tool, acme, tmp_path, state):
    acme.hub.pull_requests = [pull_request(n) for n in range(1, 8)]

    def withdraw(ask):
        if ask.json["variables"]["after"] == "2":
            acme.app.valid.clear()
            acme.app.installations[0]["suspended_at"] = "2026-11-17T03:00:00Z"
            if state == "removed":
                acme.app.installations.clear()

    acme.hub.before_page = withdraw
    folder, report = land(tmp_path, tool, page_size=1)
    sentence = (
        "github: no token for acme: the App 12345 was suspended, removed or blocked from this address; nothing of "
        "this slice was landed. Let an owner of acme restore it, then repeat the run."
    )
    assert report.failed_slices == [f"{part}/acme/app: {sentence}" for part in github.STREAMS]
    assert not report.is_worth_retrying
    assert landed(folder, "pull_requests") == []
    assert len(landed(folder, "repositories")) == 1


def test_a_new_token_that_is_not_accepted_either_is_final(tool, acme):
    acme.uses = 0
    with pytest.raises(UnauthorisedError, match=r"401: Bad credentials \*\*\*\. The credential is wrong or expired"):
        app_of(tool).client("acme").get_json("repos/acme/app")
    assert len(tool.asked("/repos/acme/app")) == 2


def test_each_organisation_is_read_with_its_own_token(tool, tmp_path):
    fake = Organisations(tool, "acme", "beta")
    fake.hub.pull_requests = [pull_request(1)]
    names = {"organisations": ("acme", "beta"), "repositories": ("beta/site", "acme/app")}
    tool.route(
        "GET",
        "/repos/beta/site",
        lambda ask: fake._guarded(ask, lambda ask: reply({"id": 72, "full_name": "beta/site"})),
    )
    found = slices(tool, **names)
    assert [key for key in found if key.startswith("repositories/")] == [
        "repositories/acme",
        "repositories/beta",
        "repositories/listed/acme",
        "repositories/listed/beta",
    ]
    assert [row["number"] for row in rows(list(found["issues/beta/site"].items()), "issues")] == [9]
    assert numbers(list(found["pull_requests/acme/app"].items())) == [1]
    assert sorted(fake.app.valid.values()) == ["acme", "beta"]


def test_an_organisation_without_the_app_fails_alone_and_its_repositories_are_not_gone(tool, tmp_path):
    Organisations(tool, "acme", "beta").hub.pull_requests = [pull_request(1)]
    names = {"organisations": ("gamma", "acme"), "repositories": ()}
    folder, report = land(tmp_path, tool, **names)
    reason = (
        "github: no token for gamma: the App 12345 has 2 installations and none there; nothing of this slice was "
        "landed. Let an owner of gamma install it, then repeat the run."
    )
    assert report.failed_slices == [f"{key}/gamma: {reason}" for key in ("repositories", "users", "pull_requests")]
    assert [row["number"] for row in landed(folder, "pull_requests")] == [1]
    cursors = {"issues/Gamma/x": "2026-11-15T00:00:00+00:00", "issues/acme/x": "2026-11-15T00:00:00+00:00"}
    found = slices(tool, cursors, **names)
    assert [key for key in found if key.endswith("/x")] == ["issues/acme/x"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"suspended_at": "2026-11-01T08:00:00Z"}, "is suspended there since 2026-11-01T08:00:00Z;.*unsuspend it"),
        ({"permissions": {"metadata": "read", "contents": "read"}}, "lacks read access to pull_requests;.*accept"),
    ],
)
def test_an_installation_that_cannot_be_used_says_why(tool, acme, change, sentence):
    acme.app.installations[0].update(change)
    with pytest.raises(ForbiddenError, match=rf"no token for acme: the App 12345 {sentence}"):
        app_of(tool).access_token("acme")


def test_an_answer_without_a_token_is_broken(tool, acme):
    tool.route("POST", "/app/*", lambda ask: reply({}, 201))
    with pytest.raises(BrokenAnswerError, match="token for acme is not in the answer"):
        app_of(tool).access_token("acme")


@pytest.mark.parametrize("minutes", [-120, 120])
def test_a_wrong_clock_is_replaced_by_the_servers(tool, acme, clock, minutes):
    clock[0] = NOW + minutes * 60
    app = app_of(tool)
    _, expires_at = app.access_token("acme")
    assert (expires_at, app.now()) == (NOW + 3600, NOW)
    assert len(tool.asked("/app/installations")) == 2


def test_the_key_of_another_app_is_rejected_in_one_sentence(tool, acme):
    acme.app.public_key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    with pytest.raises(UnauthorisedError, match="This was the App 12345: check that app_id and the private key belong"):
        app_of(tool).access_token("acme")
    assert len(tool.log) == 2


def test_enterprise_server_signs_at_its_own_address(tool, acme):
    tool.routes.update({(method, f"/api/v3{path}"): route for (method, path), route in tool.routes.items()})
    tool.route("POST", "/api/graphql", tool.routes["POST", "/graphql"])
    app = acme._as_app
    for method in ("GET", "POST"):
        below = lambda ask: app(Ask(ask.number, ask.method, ask.path[7:], ask.query, ask.headers, ask.body))  # noqa: E731
        tool.route(method, "/api/v3/app/*", below)
    tool.route("GET", "/api/v3/repos/acme/app", lambda ask: reply(github_tool.REPOSITORY))
    acme.hub.pull_requests = [pull_request(1)]
    assert numbers(items(tool, base_url=f"{tool.url}/api/v3")) == [1]
    assert [ask.path for ask in tool.log] == [
        "/api/v3/app/installations",
        "/api/v3/app/installations/501/access_tokens",
        "/api/v3/repos/acme/app",
        "/api/graphql",
    ]


def test_no_secret_is_in_a_log_an_error_or_a_repr(tool, acme, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    acme.hub.pull_requests = [pull_request(n) for n in range(1, 5)]
    acme.uses = 2
    settings = config(tool)
    clients = github._connection(settings, quiet())
    app = clients.__self__
    land(tmp_path, tool, page_size=1)
    acme.uses = 0
    _, report = land(tmp_path / "again", tool)
    assert len(report.failed_slices) == 2
    proofs = {ask.headers["authorization"].partition(" ")[2] for ask in tool.log}
    assert len(proofs) > 4
    body = pem().decode().splitlines()[1]
    shown = [caplog.text, *report.failed_slices, repr(settings), repr(clients), repr(vars(app)), str(settings)]
    assert [secret for secret in (*proofs, body) if secret in "\n".join(shown)] == []


BAD_KEYS = {
    "not.pem": (b"-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n", "is not a private key"),
    "public.pem": (b"c2VjcmV0", "is not a private key in PEM form"),
    "locked.pem": (pem(encryption=BestAvailableEncryption(b"c2VjcmV0")), "is not a private key in PEM form without"),
    "curve.pem": (pem(ec.generate_private_key(ec.SECP256R1())), "is not an RSA key"),
    "missing.pem": (None, r"cannot be read \(No such file or directory\)"),
}


@pytest.mark.parametrize("name", BAD_KEYS)
def test_a_key_file_that_is_no_key_is_named_and_not_shown(tool, tmp_path, name):
    path = tmp_path / name
    content, sentence = BAD_KEYS[name]
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PermissionDeniedError, match=rf"^github: {path} {sentence}.*; nothing was read") as caught:
        slices(tool, app_private_key=None, app_private_key_path=path)
    assert "c2VjcmV0" not in str(caught.value)
    assert tool.log == []


def test_a_key_may_be_a_text_whose_line_ends_are_escaped():
    text = pem().decode().replace("\n", "\\n")
    assert private_key(None, SecretStr(text)).private_numbers() == KEY.private_numbers()
    with pytest.raises(PermissionDeniedError, match="github: app_private_key is not a private key"):
        private_key(None, SecretStr("c2VjcmV0"))


KEY_PATH = {"app_private_key_path": "app.pem"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "no credential: set token, or app_id and app_private_key_path"),
        ({"token": "ghp_x", "app_id": "1", **KEY_PATH}, "both a token and an App are set; keep one"),
        ({"token": "ghp_x", **KEY_PATH}, "both a token and an App are set; keep one"),
        ({"app_id": "1"}, "app_id needs one private key: set app_private_key_path or app_private_key"),
        ({"app_id": "1", "app_private_key": "ghp_x", **KEY_PATH}, "app_id needs one private key"),
        (KEY_PATH, "a private key is set without app_id; set it too"),
        ({"app_private_key": "ghp_x"}, "a private key is set without app_id; set it too"),
    ],
)
def test_exactly_one_credential_is_configured(given, sentence):
    with pytest.raises(ValidationError, match=sentence) as caught:
        github.Config(organisations=("acme",), **given)
    assert "ghp_x" not in str(caught.value)


def test_the_settings_name_the_key_file_and_the_environment_may_hold_it(tmp_path):
    path = tmp_path / "counterpoise.toml"
    path.write_text('[sources.github]\norganisations = ["acme"]\napp_id = 12345\napp_private_key_path = "app.pem"\n')
    found = load_settings(path, {}).source_config("github")
    assert (found.app_id, found.app_private_key_path) == ("12345", tmp_path / "app.pem")
    variables = {"COUNTERPOISE_SOURCES__GITHUB__APP_PRIVATE_KEY": pem().decode()}
    with pytest.raises(SettingsError, match="app_id needs one private key"):
        load_settings(path, variables).source_config("github")
    path.write_text('[sources.github]\norganisations = ["acme"]\n')
    variables["COUNTERPOISE_SOURCES__GITHUB__APP_ID"] = "12345"
    found = load_settings(path, variables).source_config("github")
    assert found.app_id == "12345"
    assert private_key(None, found.app_private_key).private_numbers() == KEY.private_numbers()
