"""The spans of Relay as a Collector's file exporter writes them: `<folder>/relay-<monday>.json`, one message a run.

A run asked for in a chat has one trace a request, all with its conversation; the agent that helps has a trace of its
own, linked to the first. Agents repeat the tokens of their calls of models, and each tenth message is there twice.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import groupby
from pathlib import Path

import orjson

from orchestration.sample_company.world.agents import AgentRun, agent_runs
from orchestration.sample_company.world.calendar import week_of
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import Call

Fields = dict[str, object]
TOOL = "relay"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CONTENT = "Please look at the open incidents."


def write_agent_files(world: World, root: Path) -> None:
    """One file a week; each was changed last at the end of the company's time."""
    root.mkdir(parents=True, exist_ok=True)
    runs = sorted(agent_runs(world), key=lambda run: (run.started_at, run.run_id))
    for monday, found in groupby(runs, key=lambda run: week_of(run.started_at.date())):
        lines = [orjson.dumps(_message(world, run)) for run in found]
        lines = [line for number, line in enumerate(lines) for line in [line] * (2 if number % 10 == 0 else 1)]
        path = root / f"relay-{monday}.json"
        path.write_bytes(b"\n".join(lines) + b"\n")
        os.utime(path, (world.end.timestamp(), world.end.timestamp()))


def _message(world: World, run: AgentRun) -> Fields:
    resource = {"attributes": _listed({"service.name": TOOL})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": list(_spans(world, run))}]}]}


def _spans(world: World, run: AgentRun) -> Iterator[Fields]:
    email = world.person[run.owner_hr_id].email
    if run.is_asked:
        of_run = {"user.email": email, "agent.trigger": "chat", "gen_ai.conversation.id": run.run_id}
    else:
        of_run = {"agent.sponsor": email, "agent.trigger": "cron"}
    for number, calls in enumerate(run.turns):
        yield from _trace(run, f"turn {number}", calls, "triage", of_run)
    if run.helper:
        yield from _trace(run, "helper", run.helper, "finder", {}, linked="turn 0")


def _trace(
    run: AgentRun, name: str, calls: tuple[Call, ...], agent: str, of_run: Mapping[str, object], linked: str = ""
) -> Iterator[Fields]:
    """One agent with its calls of a model, and a tool for which somebody is asked or a rule decides."""
    trace, root = _id(f"{run.run_id} {name}", 16), _id(f"{run.run_id} {name} agent", 8)
    start, end = calls[0].at - MINUTE, calls[-1].at + MINUTE
    yield _span(trace, root, "", start, end, linked and _id(f"{run.run_id} {linked}", 16), {
        "gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent, **of_run, **_tokens(*calls),
    })  # fmt: skip
    for call in calls:
        own = {"gen_ai.operation.name": "chat", "gen_ai.response.model": call.model, "gen_ai.input.messages": CONTENT}
        span = _id(f"{trace} {call.at}", 8)
        yield _span(trace, span, root, call.at, call.at + MINUTE / 2, "", {**own, **_tokens(call)})
    decision = {"permission.decision": "denied" if run.is_denied else "allowed_once"} if run.is_asked else {
        "permission.decision": "allowed", "permission.source": "policy"}  # fmt: skip
    tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "incidents.list", **decision}
    yield _span(trace, _id(f"{trace} tool", 8), root, start, end, "", tool)


def _tokens(*calls: Call) -> Fields:
    """As the conventions count: input with all that came from and went to a cache."""
    return {
        "gen_ai.usage.input_tokens": sum(call.uncached_input + call.cache_write + call.cache_read for call in calls),
        "gen_ai.usage.cache_read.input_tokens": sum(call.cache_read for call in calls),
        "gen_ai.usage.cache_creation.input_tokens": sum(call.cache_write for call in calls),
        "gen_ai.usage.output_tokens": sum(call.output for call in calls),
    }


def _span(
    trace: str, span: str, parent: str, start: datetime, end: datetime, linked: str, attributes: Mapping[str, object]
) -> Fields:
    return {
        "traceId": trace, "spanId": span, "parentSpanId": parent, "kind": 1,
        "name": attributes["gen_ai.operation.name"],
        "startTimeUnixNano": _nanoseconds(start), "endTimeUnixNano": _nanoseconds(end),
        "attributes": _listed(attributes), "links": [{"traceId": linked, "spanId": parent}] if linked else [],
        "status": {},
    }  # fmt: skip


def _listed(attributes: Mapping[str, object]) -> list[Fields]:
    kinds = {name: "intValue" if isinstance(value, int) else "stringValue" for name, value in attributes.items()}
    return [{"key": name, "value": {kinds[name]: str(value)}} for name, value in attributes.items()]


def _nanoseconds(at: datetime) -> str:
    return str((at - EPOCH) // timedelta(microseconds=1) * 1000)


def _id(text: str, size: int) -> str:
    return blake2b(text.encode(), digest_size=size).hexdigest()
