"""Runs of the company of the worked cases, each built once."""

from collections.abc import Callable
from functools import cache

import pytest

from tests.models.landed_company import Warehouse, build
from tests.models.public_cases import add_public_cases
from tests.models.worked_cases import company_of_the_cases


@pytest.fixture(scope="session")
def partition(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Warehouse]:
    folder = tmp_path_factory.mktemp("worked_cases")
    company = company_of_the_cases()
    add_public_cases(company)

    @cache
    def built(as_of: str, cohort_days: int = 14) -> Warehouse:
        return build(company, folder, as_of, cohort_days)

    return built
