"""How the pipeline is pointed at the sample company: a `counterpoise.toml` beside its files, and an environment.

The file names what lies in the directory; the environment names what the server answers, because its ports are
new each time. The secrets are of no value to anybody: they open the sample company.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from orchestration.sample_company.apis.server import Addresses
from orchestration.sample_company.world.company import World
from orchestration.sample_company.world.model import ORGANISATION, ZONE

CONFIG_NAME = "counterpoise.toml"
SECRET = "sample-company-only"  # noqa: S105
PSEUDONYM_KEY = "sample-company-key-for-nobody-real"
PAGERDUTY_LEAST_DAYS = 42
"""What the connector asks for at least, however young the company is."""


def write_config(world: World, directory: Path) -> None:
    repositories = "\n".join(
        f'[[sources.git.repositories]]\npath = "repositories/{service.service_id}.git"\nname = "{service.repository}"\n'
        for service in world.services
    )
    (directory / CONFIG_NAME).write_text(
        f"""# The sample company. Addresses and secrets come from the environment while its server runs.

[organisation]
name = "{ORGANISATION}"
zone = "{ZONE}"

[schedule]
start_date = {world.first_monday}

[sources.company_files]
folder = "company"

[sources.github]
organisations = ["{ORGANISATION}"]

[sources.claude_code]
log_roots = ["claude_logs"]
history_days = {7 * world.weeks}

[sources.copilot]
organisations = ["{ORGANISATION}"]
history_days = {7 * world.weeks}

[sources.pagerduty]
history_days = {max(7 * world.weeks + 7, PAGERDUTY_LEAST_DAYS)}

[sources.git]
history_start_date = {world.first_monday}

{repositories}"""
    )


def settings_overrides(directory: Path, addresses: Addresses) -> Mapping[str, str]:
    """The environment that points every connector at the directory and at the running server."""
    return {
        "COUNTERPOISE_CONFIG": str(directory / CONFIG_NAME),
        "COUNTERPOISE_PSEUDONYM_KEY": PSEUDONYM_KEY,
        "COUNTERPOISE_SOURCES__GITHUB__BASE_URL": addresses.github,
        "COUNTERPOISE_SOURCES__GITHUB__TOKEN": SECRET,
        "COUNTERPOISE_SOURCES__COPILOT__BASE_URL": addresses.copilot,
        "COUNTERPOISE_SOURCES__COPILOT__TOKEN": SECRET,
        "COUNTERPOISE_SOURCES__CLAUDE_CODE__BASE_URL": addresses.anthropic,
        "COUNTERPOISE_SOURCES__CLAUDE_CODE__API_KEY": SECRET,
        "COUNTERPOISE_SOURCES__PAGERDUTY__BASE_URL": addresses.pagerduty,
        "COUNTERPOISE_SOURCES__PAGERDUTY__API_KEY": SECRET,
    }
