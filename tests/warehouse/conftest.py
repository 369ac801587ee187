"""The toy source of the landing tests serves the tests of what is built from it, too."""

from tests.landing.conftest import land as land
from tests.landing.conftest import landing as landing
