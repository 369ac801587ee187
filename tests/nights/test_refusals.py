"""Broken records, a source that is down and a broken model: what is published, what is refused, and what is told."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from orchestration.publication import read_publication
from orchestration.settings import PROJECT
from tests.nights.companies import Company, ask, hashes, run_job, standing, started

pytestmark = pytest.mark.slow
LINES = 300
SCREEN = 40
"""Lines that a terminal shows at once."""
BREAKS = {
    "not_json": lambda line: line[:40],
    "not_an_object": lambda line: b"[]",
    "not_timestamp:timestamp": lambda line: line.replace(b"T09:", b"T99:"),
    "implausible_tokens": lambda line: line.replace(b'"output_tokens":7', b'"output_tokens":-7'),
}
ACCOUNTS = """
    select sum(received), sum(landed), sum(quarantined) from run.loads
    where source = 'claude_code' and as_of = (select as_of from run.night)
"""
QUARANTINE = """
    select reason, pointer, payload_sha256 from run.quarantine
    where source = 'claude_code' and as_of = (select as_of from run.night)
"""
