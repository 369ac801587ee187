"""A run: its steps in order, and the context that they share.

`run_context` reads what a run needs, each thing once; `steps` are land, begin, check, build, check, publish or block.
Dagster's assets (defs) and the command line call exactly these.
"""

from orchestration.pipeline.run_context import RunContext
from orchestration.pipeline.steps import (
    begin,
    block_unfinished,
    build,
    build_and_check,
    check_landed,
    check_published,
    land,
    publish_or_block,
    unchanged_publication,
)

__all__ = [
    "RunContext",
    "begin",
    "block_unfinished",
    "build",
    "build_and_check",
    "check_landed",
    "check_published",
    "land",
    "publish_or_block",
    "unchanged_publication",
]
