"""OpenTelemetry from files: spans of agents, and Claude Code's own events and metrics.

Reads:  the lines of `*.json` and `*.jsonl` (also `.gz`) below `paths`, as the Collector's file exporter writes them in
        its format `json`, with or without rotation.
Lands:  spans (of agents, models, tools and permissions, by the GenAI, OpenInference, OpenLLMetry and Claude Code
        names), events and metric_points (of Claude Code). Each line is read once, whatever its file is called by then.
Leaves out: spans that are not of an agent's work, other programs' events and metrics, histograms and gauges. Prompts,
        answers, tool arguments, span names and messages are never declared, so they never land.

The conventions name neither who started a run nor what was permitted: the settings list the attributes that do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import Field

from orchestration.connectors._shared.growing_files import read_marks
from orchestration.connectors.base import Cursors, RetryPolicy, Slice, SourceConfig
from orchestration.partition import DailyPartition

STREAMS = ("spans", "events", "metric_points")
SLICE = "files"


class Config(SourceConfig):
    """`[sources.otel]`. Of a list of attributes the first that is there counts, of the span before its resource."""

    paths: tuple[Path, ...] = Field(min_length=1, description="Folders of the Collector's files.")
    person_attributes: tuple[str, ...] = Field(
        ("user.email", "enduser.id", "user.account_uuid", "user.id"), description="Attributes that name the person."
    )
    sponsor_attributes: tuple[str, ...] = Field(
        ("agent.sponsor", "sponsor", "agent.owner"), description="Attributes that name who answers for the agent."
    )
    trigger_attributes: tuple[str, ...] = Field(
        ("agent.trigger", "trigger", "trigger.type", "faas.trigger", "openclaw.trigger", "openclaw.channel"),
        description="Attributes that name what started the run.",
    )
    permission_attributes: tuple[str, ...] = Field(
        ("permission.decision", "approval.status", "gen_ai.tool.approval.status"),
        description="Attributes of a span that name what was decided on a permission.",
    )
    permission_source_attributes: tuple[str, ...] = Field(
        ("permission.source", "decision.source", "decision_source"),
        description="Attributes that name whether a person or a rule decided it.",
    )


def slices(
    config: Config, partition: DailyPartition, cursors: Cursors, retries: RetryPolicy | None = None
) -> Iterator[Slice]:
    """One slice for all files: rotated ones go away, and a slice of their own would hold back what counts as read."""
    from orchestration.connectors.otel.reader import FileReader, find_files

    reader = FileReader(config, find_files(config.paths), read_marks(cursors.get(SLICE)), partition.as_of)
    yield Slice(SLICE, STREAMS, reader.items, reader.cursor)
