"""A stand-in for dbt's `model` while SQLFluff renders a model: a node without declared columns."""

from __future__ import annotations

columns: dict[str, object] = {}
