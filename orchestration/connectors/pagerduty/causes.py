"""The explicit root cause of an incident, extracted from texts that are then dropped.

Belongs here: finding a commit or a deployment that was named as the root cause.
Does not: guess. A cause counts when a custom field for it holds it, or when a text says `root cause: …`; inference from
times belongs to the models.
Leaves out: the text itself. Only a hexadecimal commit id or one token with a digit is kept, so that no sentence and no
name gets through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

CAUSE_FIELDS = ("root_cause", "root_cause_commit", "root_cause_sha", "root_cause_deployment", "caused_by")
IMPACT_FIELDS = ("impact_started_at", "impact_start")

_SHA = r"(?=[a-f]*[0-9])[0-9a-f]{7,40}"
_COMMIT_ADDRESS = re.compile(rf"/commits?/({_SHA})\b", re.IGNORECASE)
_DEPLOYMENT_ADDRESS = re.compile(r"/deployments/(?:activity_log/)?([0-9]{1,20})\b", re.IGNORECASE)
_WHOLE_SHA = re.compile(_SHA, re.IGNORECASE)
_WHOLE_DEPLOYMENT = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9._/:#-]{0,79}")
_CERTAIN = re.compile(rf"{_SHA}|[0-9]{{5,20}}", re.IGNORECASE)
_STATED = re.compile(r"\b(?:root[ _-]?cause|caused[ _-]by)\s*[:=]\s*(\S+)(?:[ \t]+(\S+))?", re.IGNORECASE)
_LEADS = {"commit": "sha", "sha": "sha", "deployment": "deployment", "deploy": "deployment"}


@dataclass(frozen=True, slots=True)
class Cause:
    """The named root cause: a commit, a deployment, both or nothing."""

    sha: str | None = None
    deployment: str | None = None


def explicit_cause(fields: Mapping[str, object], texts: Iterable[object], names: Iterable[str]) -> Cause:
    """The first commit and the first deployment named; the fields in `names` come before the texts."""
    wanted = {name.casefold() for name in names}
    found = [_field(value) for name, value in fields.items() if name.casefold() in wanted]
    found += [_stated(text) for value in texts for text in _strings(value)]
    return Cause(
        next((cause.sha for cause in found if cause.sha), None),
        next((cause.deployment for cause in found if cause.deployment), None),
    )


def _field(value: object) -> Cause:
    for text in _strings(value):
        cause = _token(text.strip()) if " " not in text.strip() else _stated(text)
        if cause != Cause():
            return cause
    return Cause()


def _stated(text: str) -> Cause:
    for first, second in _STATED.findall(text):
        lead = _LEADS.get(first.casefold().rstrip(":#"))
        token = (second if lead else first).strip("`'\"<>()[].,;#")
        # without a lead, only a token that cannot be a word counts: `root cause: disk1` names nothing
        certain = lead or _address(token) != Cause() or _CERTAIN.fullmatch(token)
        cause = _token(token) if certain else Cause()
        if cause != Cause() and (lead != "sha" or cause.sha):
            return cause
    return Cause()


def _token(token: str) -> Cause:
    cause = _address(token)
    if cause != Cause():
        return cause
    if _WHOLE_SHA.fullmatch(token) and not token.isdecimal():
        return Cause(sha=token.lower())
    return Cause(deployment=token) if _WHOLE_DEPLOYMENT.fullmatch(token) else Cause()


def _address(token: str) -> Cause:
    commit, deployment = _COMMIT_ADDRESS.search(token), _DEPLOYMENT_ADDRESS.search(token)
    return Cause(commit[1].lower() if commit else None, deployment[1] if deployment else None)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)
