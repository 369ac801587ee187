"""How the pipeline is pointed at the sample company: a `counterpoise.toml` beside its files, and an environment.

The file names what lies in the directory. The environment has the addresses of the running server, because its
ports are new each time, and secrets that open nothing but the sample company.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import tomlkit

from orchestration.sample_company import exports
from orchestration.sample_company.apis import TOOLS
from orchestration.sample_company.server import Addresses
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import ORGANISATION, ZONE

CONFIG_NAME = "counterpoise.toml"
COMMENT = "The sample company. Addresses and secrets come from the environment while its server runs."
SECRET = "sample-company-only"  # noqa: S105
PSEUDONYM_KEY = "sample-company-key-for-nobody-real"


def write_config(world: World, directory: Path) -> None:
    document = tomlkit.document()
    document.add(tomlkit.comment(COMMENT))
    document.add(tomlkit.nl())
    document.update(
        {
            "organisation": {"name": ORGANISATION, "zone": str(ZONE)},
            "schedule": {"start_date": world.first_monday},
            "sources": {
                "company_files": {"folder": "company"},
                "tables": exports.section(),
                "otel": {"paths": ["otel"]},
                **{tool.source: dict(tool.settings(world)) for tool in TOOLS},
                "git": {"history_start_date": world.first_monday, "repositories": _repositories(world)},
            },
        }
    )
    (directory / CONFIG_NAME).write_text(tomlkit.dumps(document), "utf-8")


def _repositories(world: World) -> list[dict[str, str]]:
    return [
        {"path": f"repositories/{service.service_id}.git", "name": service.repository} for service in world.services
    ]


def settings_overrides(directory: Path, addresses: Addresses) -> Mapping[str, str]:
    """The environment that points every connector at the directory and at the running server."""
    environment = {
        "COUNTERPOISE_CONFIG": str(directory / CONFIG_NAME),
        "COUNTERPOISE_PSEUDONYM_KEY": PSEUDONYM_KEY,
    }
    for tool in TOOLS:
        prefix = f"COUNTERPOISE_SOURCES__{tool.source.upper()}__"
        environment[f"{prefix}BASE_URL"] = addresses.of(tool.name)
        environment[f"{prefix}{tool.secret.upper()}"] = SECRET
    return environment
