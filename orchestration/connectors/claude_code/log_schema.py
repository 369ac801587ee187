"""The fields of a session log's lines that are read, as an Arrow schema; all others are passed over unread."""

from __future__ import annotations

import pyarrow as pa

_TEXT, _COUNT, _FLAG, _INSTANT = pa.string(), pa.int64(), pa.bool_(), pa.timestamp("us", "UTC")
_CACHE = pa.struct([("ephemeral_5m_input_tokens", _COUNT), ("ephemeral_1h_input_tokens", _COUNT)])
TOKENS = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
_USAGE = pa.struct(
    [*((name, _COUNT) for name in TOKENS), ("cache_creation", _CACHE), ("speed", _TEXT), ("service_tier", _TEXT)]
)
_MESSAGE = pa.struct([("id", _TEXT), ("model", _TEXT), ("usage", _USAGE)])
_ENVELOPE = [
    ("timestamp", _INSTANT),
    ("requestId", _TEXT),
    ("isSidechain", _FLAG),
    ("isApiErrorMessage", _FLAG),
    ("message", _MESSAGE),
]
_SESSION = [("sessionId", _TEXT), ("version", _TEXT), ("entrypoint", _TEXT)]
LINE = pa.schema(
    [
        *_ENVELOPE,
        *_SESSION,
        ("type", _TEXT),
        ("costUSD", pa.float64()),
        ("isMeta", _FLAG),
        ("isCompactSummary", _FLAG),
        ("data", pa.struct([("message", pa.struct(_ENVELOPE))])),
    ]
)
SESSION_FIELDS = {"session_id": "sessionId", "entrypoint": "entrypoint", "version": "version"}
USAGE_FIELDS = {
    "message_id": ("message", "id"),
    "request_id": ("requestId",),
    "is_sidechain": ("isSidechain",),
    "model": ("message", "model"),
    **{name: ("message", "usage", name) for name in TOKENS},
    "cache_creation__ephemeral_5m_input_tokens": ("message", "usage", "cache_creation", "ephemeral_5m_input_tokens"),
    "cache_creation__ephemeral_1h_input_tokens": ("message", "usage", "cache_creation", "ephemeral_1h_input_tokens"),
    "speed": ("message", "usage", "speed"),
    "service_tier": ("message", "usage", "service_tier"),
}
