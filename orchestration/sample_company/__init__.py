"""A company whose true figures are known: synthetic people, their work and what every tool records about it.

`generate` writes the company (files, session logs, repositories, `truth.json`) into a directory.
`serve` runs the fake tools' APIs on loopback, for one instant.

Belongs here: world/ (people, work, behaviours), apis/ (one fake tool each), truth*, generate, settings.
Does not: any model, metric or detector. The marts must find the planted truth on their own.
"""

from orchestration.sample_company.generate import generate, load
from orchestration.sample_company.server import serve
from orchestration.sample_company.settings import settings_overrides
from orchestration.sample_company.world.company import World, make_world

__all__ = ["World", "generate", "load", "make_world", "serve", "settings_overrides"]
