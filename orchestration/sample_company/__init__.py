"""A company with known truth: it writes what the tools would have answered.

`generate` writes the company (files, session logs, repositories, `truth.json`) into a directory;
`serve` answers on loopback as the tools' APIs would have answered at one instant.
It knows nothing of any model, metric or detector: the marts must find the planted truth on their own.
"""

from orchestration.sample_company.apis.server import serve
from orchestration.sample_company.generate import generate, load
from orchestration.sample_company.settings import settings_overrides
from orchestration.sample_company.world.company import World, make_world

__all__ = ["World", "generate", "load", "make_world", "serve", "settings_overrides"]
