"""Every setting and every environment variable, read once, typed, with absolute paths.

Belongs here: `counterpoise.toml` (the company, no secrets) and `COUNTERPOISE_*` variables (secrets, overrides).
Does not: reading the environment anywhere else. A connector's own section is checked by the connector's Config.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from orchestration.connectors import SOURCES, connector
from orchestration.connectors.base import SourceConfig
from orchestration.errors import SettingsError

PROJECT = Path(__file__).resolve().parent.parent
CONFIG_VARIABLE = "COUNTERPOISE_CONFIG"
TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "GX_ANALYTICS_ENABLED": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(_Section):
    """Who publishes. `zone` cuts days and weeks; durations are always elapsed UTC."""

    name: str = Field("organisation", description="The name of the organisation's own row in the marts.")
    zone: str = Field("UTC", description="IANA time zone that cuts days and weeks.")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is no IANA time zone, such as Europe/Berlin")
        return zone


class Metrics(_Section):
    """What metric definitions leave to the company (reference values: outcomes B.0, C.4)."""

    cohort_days: int = Field(14, ge=1, le=90, description="The window of merge_rate_14d.")
    active_target_share: float = Field(0.8, gt=0, le=1, description="The target that active_share stands beside.")
    min_rate_n: int = Field(10, ge=1, description="Least sample of a rate; below it `small_sample`.")
    min_median_n: int = Field(6, ge=1, description="Least sample of a median; below it `small_sample`.")


class Privacy(_Section):
    """How small is too small. The group size can be raised and not lowered below 5 outside of tests."""

    min_group_size: int = Field(5, ge=1, description="People behind a published cell, at least; raise it only.")
    dominance_share: float = Field(0.5, gt=0, le=1, description="A cell is held back when one person carries more.")


class Guards(_Section):
    """When a run is refused instead of published."""

    min_load_share: float = Field(0.7, ge=0, le=1, description="A set read again is refused below this share.")
    max_quarantine_share: float = Field(0.02, ge=0, le=1, description="Refused records of a source, at most.")
    min_coverage_share: float = Field(0.0, ge=0, le=1, description="Days that each source must have delivered.")


class Schedule(_Section):
    """When the run runs, in the organisation's zone, and how many publications are kept."""

    cron: str = Field("30 4 * * *", description="When Dagster's schedule starts a run.")
    start_date: date = Field(date(2026, 1, 1), description="The first day that marts report and Dagster knows.")
    kept_publications: int = Field(30, ge=1, description="Older ones are removed; the current one never.")


class Settings(BaseSettings):
    """The whole configuration; names join with `__`, empty counts as unset.

    The environment beats `.env` beside the settings file, that beats the file, and the file beats the default.
    """

    model_config = SettingsConfigDict(
        env_prefix="COUNTERPOISE_",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        case_sensitive=False,
    )

    root: Path = Field(PROJECT, description="What relative paths start from; the folder of the settings file.")
    data: Path = Field(Path("data"), description="Where landing, warehouse and publications live.")
    engine: Literal["duckdb", "spark"] = Field("duckdb", description="What dbt builds on.")
    memory_limit: str = Field("3GB", description="What DuckDB may take while it builds.")
    pseudonym_key: SecretStr = Field(SecretStr(""), description="The key of all pseudonyms, at least 16 bytes.")
    organisation: Organisation = Organisation()
    metrics: Metrics = Metrics()
    privacy: Privacy = Privacy()
    guards: Guards = Guards()
    schedule: Schedule = Schedule()
    sources: dict[str, dict[str, Any]] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        secrets = DotEnvSettingsSource(settings_cls, env_file=config_path().with_name(".env"))
        return init_settings, env_settings, secrets, TomlConfigSettingsSource(settings_cls, config_path())

    @property
    def data_folder(self) -> Path:
        return self.data if self.data.is_absolute() else self.root / self.data

    @property
    def landing(self) -> Path:
        return self.data_folder / "landing"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that the gate reads. DuckDB builds in it; Spark brings its marts there."""
        name = "warehouse.duckdb" if self.engine == "duckdb" else f"{self.engine}_marts.duckdb"
        return self.data_folder / "warehouse" / name

    @property
    def published(self) -> Path:
        return self.data_folder / "published"

    @property
    def dbt_project(self) -> Path:
        return PROJECT / "dbt_project"

    @property
    def seeds(self) -> Path:
        return PROJECT / "seeds"

    def enabled_sources(self) -> list[str]:
        """The sources with a section in the file that does not say `enabled = false`, in reading order."""
        unknown = sorted(set(self.sources) - set(SOURCES))
        if unknown:
            raise SettingsError(f"unknown sources {unknown} in counterpoise.toml; known are {', '.join(SOURCES)}")
        return [name for name in SOURCES if self.sources.get(name, {"enabled": False}).get("enabled", True)]

    def source_config(self, source: str) -> SourceConfig:
        """The checked section of one source, with its paths made absolute against the file's folder."""
        if source not in self.sources:
            raise SettingsError(f"[sources.{source}] is missing in counterpoise.toml; docs/sources.md shows one")
        try:
            config = connector(source).Config.model_validate(self.sources[source])
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise SettingsError(f"[sources.{source}] in counterpoise.toml: {problems}") from None
        absolute: SourceConfig = _absolute(config, self.root)
        return absolute

    def checked_pseudonym_key(self) -> bytes:
        """The key of all pseudonyms; SettingsError when it is missing or short."""
        key = self.pseudonym_key.get_secret_value().encode()
        if len(key) < 16:
            raise SettingsError(
                "COUNTERPOISE_PSEUDONYM_KEY is missing or shorter than 16 bytes; people cannot be pseudonymised "
                "without it. Make one with `openssl rand -hex 32`, keep it outside the warehouse, and set it."
            )
        return key


def config_path() -> Path:
    """The company's file: COUNTERPOISE_CONFIG, or counterpoise.toml in the current folder."""
    return Path(os.environ.get(CONFIG_VARIABLE) or "counterpoise.toml").resolve()


def load_settings(**overrides: Any) -> Settings:
    """Read everything once. SettingsError tells each problem with the place where it stands."""
    path = config_path()
    if os.environ.get(CONFIG_VARIABLE) and not path.is_file():
        raise SettingsError(f"{CONFIG_VARIABLE} names {path}, which is no file")
    overrides.setdefault("root", path.parent)
    try:
        return Settings(**overrides)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(f"{path.name}: {problems}") from None


def child_environment(settings: Settings) -> dict[str, str]:
    """What dbt reads from the environment, with every tool's telemetry off."""
    return {
        **TELEMETRY_OFF,
        "COUNTERPOISE_WAREHOUSE": str(settings.warehouse),
        "COUNTERPOISE_MEMORY_LIMIT": settings.memory_limit,
    }


def _absolute(value: Any, root: Path) -> Any:
    if isinstance(value, Path):
        expanded = value.expanduser()
        return expanded if expanded.is_absolute() else root / expanded
    if isinstance(value, BaseModel):
        fields = {name: _absolute(getattr(value, name), root) for name in type(value).model_fields}
        return value.model_copy(update=fields)
    if isinstance(value, list | tuple):
        return type(value)(_absolute(each, root) for each in value)
    return value
