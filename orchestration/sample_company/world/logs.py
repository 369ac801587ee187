"""Local session logs of Claude Code, as the client writes them: `<root>/<e-mail>/projects/<project>/<session>.jsonl`.

They have what makes counting hard: a response over several lines with growing output, side chains that repeat the
parent's messages under new request ids, resumed sessions that repeat old lines, progress lines with the message one
level deeper, error lines, and lines that a crash cut off. Each call is written in full at least once; nothing else
may be counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import orjson

from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import Call, Person, Session

Line = dict[str, object]
VERSION = "2.1.328"


def write_logs(world: World, root: Path) -> None:
    """One file a session, sorted into the person's folder."""
    before: Session | None = None
    for session in world.sessions:
        person = world.person[session.hr_id]
        if person.tool != "claude_log":
            continue
        folder = root / person.email / "projects" / _project(person, session)
        folder.mkdir(parents=True, exist_ok=True)
        odd = _odd(session)
        lines = [orjson.dumps(line) for line in _lines(session, odd)]
        if odd == 0 and before is not None and before.hr_id == session.hr_id:
            lines = [*(orjson.dumps(line) for line in _resumed(before, session)), *lines]
        if odd == 1:
            lines.append(lines[-1][: len(lines[-1]) // 2])
        (folder / f"{session.session_id}.jsonl").write_bytes(b"\n".join(lines) + b"\n")
        if odd == 2:
            side = [orjson.dumps(line) for line in _side_chain(session)]
            (folder / f"agent-{session.session_id[:8]}.jsonl").write_bytes(b"\n".join(side) + b"\n")
        before = session


def _odd(session: Session) -> int:
    """Which defect the session gets, if any (0 to 4): from a digest, so that it does not depend on other draws."""
    return int(_digest(session.session_id), 16) % 40


def _project(person: Person, session: Session) -> str:
    return f"-home-dev-{person.team_id}-{session.started_at.day % 2}"


def _lines(session: Session, odd: int) -> Iterator[Line]:
    """The session's own file; with a side chain, the last response is only in the side chain's file."""
    yield {"type": "summary", "summary": "A piece of work", "leafUuid": _digest(session.session_id)}
    prompts = list(session.prompts)
    calls = session.calls[:-1] if odd == 2 else session.calls
    for index, call in enumerate(calls):
        while prompts and prompts[0] <= call.at:
            yield _prompt(session, prompts.pop(0))
        yield from _answer(session, index, call)
        if odd == 3 and index == 0:
            yield _progress(session, index, call)
        if index < session.accepted:
            yield _tool_result(session, index, call)
    for prompt in prompts:
        yield _prompt(session, prompt)
    if odd == 4:
        yield _error(session, session.calls[-1].at)


def _base(session: Session, kind: str, at: datetime) -> Line:
    return {
        "type": kind,
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
        "sessionId": session.session_id,
        "version": VERSION,
        "cwd": "/home/dev/repo",
        "gitBranch": "main",
        "isSidechain": False,
        "userType": "external",
    }


def _prompt(session: Session, at: datetime) -> Line:
    line = _base(session, "user", at)
    line["uuid"] = _digest(f"{session.session_id} {at}")
    line["message"] = {"role": "user", "content": "Please go on with the next piece of work."}
    return line


def _answer(session: Session, index: int, call: Call) -> Iterator[Line]:
    """One line per content block: the last has the final output tokens, the earlier ones fewer."""
    blocks: list[tuple[str, int]] = [("text", call.output)]
    if index < session.accepted:
        blocks = [("text", max(1, call.output // 3)), ("tool_use", call.output)]
    for kind, output in blocks:
        line = _base(session, "assistant", call.at)
        line["uuid"] = _digest(f"{session.session_id} {index} {kind}")
        if index % 9 != 8:
            line["requestId"] = f"req_{_digest(f'{session.session_id}/{index}')[:16]}"
        line["message"] = _message(session, index, call, kind, output)
        yield line


def _message(session: Session, index: int, call: Call, kind: str, output: int) -> Line:
    content: Line = {"type": "text", "text": "Done."}
    if kind == "tool_use":
        content = {"type": "tool_use", "id": _tool_id(session, index), "name": "Edit", "input": {}}
    return {
        "id": f"msg_{_digest(f'{session.session_id}:{index}')[:20]}",
        "type": "message",
        "role": "assistant",
        "model": call.model,
        "content": [content],
        "usage": {
            "input_tokens": call.uncached_input,
            "cache_creation_input_tokens": call.cache_write,
            "cache_read_input_tokens": call.cache_read,
            "output_tokens": output,
            "cache_creation": {
                "ephemeral_5m_input_tokens": call.cache_write,
                "ephemeral_1h_input_tokens": 0,
            },
            "service_tier": "standard",
        },
    }


def _tool_result(session: Session, index: int, call: Call) -> Line:
    line = _base(session, "user", call.at)
    line["uuid"] = _digest(f"{session.session_id} {index} result")
    result = {"type": "tool_result", "tool_use_id": _tool_id(session, index), "content": "ok", "is_error": False}
    line["message"] = {"role": "user", "content": [result]}
    return line


def _progress(session: Session, index: int, call: Call) -> Line:
    inner = next(_answer(session, index, call))
    line = _base(session, "progress", call.at)
    line["data"] = {"type": "agent_progress", "message": inner}
    return line


def _side_chain(session: Session) -> Iterator[Line]:
    """The parent's first responses again under new request ids, then the session's last response."""
    for index, call in enumerate(session.calls[:2] if len(session.calls) > 2 else ()):
        for line in _answer(session, index, call):
            yield {**line, "requestId": f"req_side_{_digest(f'{session.session_id}/{index}')[:12]}",
                   "isSidechain": True}  # fmt: skip
    last = len(session.calls) - 1
    for line in _answer(session, last, session.calls[last]):
        yield {**line, "isSidechain": True}


def _resumed(before: Session, session: Session) -> Iterator[Line]:
    """The end of the earlier session again under the new session's id: same messages, same request ids."""
    tail: Sequence[tuple[int, Call]] = list(enumerate(before.calls))[-3:]
    for index, call in tail:
        for line in _answer(before, index, call):
            yield {**line, "sessionId": session.session_id}


def _error(session: Session, at: datetime) -> Line:
    line = _base(session, "assistant", at)
    line["isApiErrorMessage"] = True
    line["message"] = {"id": _digest(f"{session.session_id} error")[:20], "role": "assistant", "model": "<synthetic>",
                       "content": [{"type": "text", "text": "API Error"}],
                       "usage": {"input_tokens": 0, "output_tokens": 0}}  # fmt: skip
    return line


def _tool_id(session: Session, index: int) -> str:
    return f"toolu_{_digest(f'{session.session_id}+{index}')[:18]}"


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=16).hexdigest()
