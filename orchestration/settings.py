"""Every setting, read once, typed, with absolute paths.

Belongs here: `counterpoise.toml` (the company, no secrets) and `COUNTERPOISE_*` variables (secrets, overrides).
Does not: changing the environment (environment). A connector's own section is checked by the connector's Config.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from orchestration import environment
from orchestration.connectors import SOURCES, connector
from orchestration.connectors.base import SourceConfig
from orchestration.errors import SettingsError, choices

PROJECT = Path(__file__).resolve().parent.parent
CONFIG_VARIABLE = "COUNTERPOISE_CONFIG"
ORIGIN = "origin"
TELEMETRY_OFF = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "GX_ANALYTICS_ENABLED": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
}
RENAMED = {
    "metrics": {"smallest_rate_n": "min_rate_n", "smallest_median_n": "min_median_n"},
    "privacy": {"smallest_group": "min_group_size"},
    "guards": {
        "smallest_load_share": "min_load_share",
        "largest_quarantine_share": "max_quarantine_share",
        "smallest_coverage_share": "min_coverage_share",
    },
}
"""Section -> old name -> new name of a setting. The old names of 0.1.0 work in this version and not in the next."""
log = logging.getLogger("counterpoise")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where settings are read: the company's file and the variables of an environment."""

    path: Path
    variables: Mapping[str, str]

    @classmethod
    def of(cls, config: Path | None = None, variables: Mapping[str, str] | None = None) -> Origin:
        """The given ones, or what this process was started with. SettingsError when the file does not exist."""
        found = environment.variables() if variables is None else variables
        named = config or found.get(CONFIG_VARIABLE)
        path = Path(named or "counterpoise.toml").resolve()
        if named and not path.is_file():
            raise SettingsError(f"{path} is not a file; {CONFIG_VARIABLE} names the company's settings")
        return cls(path, found)


class VariablesSource(EnvSettingsSource):
    """The variables of any environment, read as pydantic-settings reads those of the process."""

    def __init__(self, settings_cls: type[BaseSettings], variables: Mapping[str, str]) -> None:
        super().__init__(settings_cls)
        self.env_vars = {name.lower(): value for name, value in variables.items() if value}


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
            raise ValueError(f"{zone!r} is not an IANA time zone such as Europe/Berlin")
        return zone


class Metrics(_Section):
    """What metric definitions leave to the company (reference values: outcomes B.0, C.4)."""

    cohort_days: int = Field(14, ge=1, le=90, description="The window of merge_rate_14d.")
    active_target_share: float = Field(0.8, gt=0, le=1, description="The adoption target beside active_share.")
    min_rate_n: int = Field(10, ge=1, description="The smallest sample of a rate; `small_sample` below it.")
    min_median_n: int = Field(6, ge=1, description="The smallest sample of a median; `small_sample` below it.")


class Privacy(_Section):
    """Disclosure control. The group size (k) may be raised; below 5 only in tests."""

    min_group_size: int = Field(5, ge=1, description="k: at least so many people behind a published cell.")
    dominance_share: float = Field(0.5, gt=0, le=1, description="Suppress a cell when one person has more.")


class Guards(_Section):
    """When a run is blocked instead of published."""

    min_load_share: float = Field(0.7, ge=0, le=1, description="Reject a full read below this share of the last.")
    max_quarantine_share: float = Field(0.02, ge=0, le=1, description="The largest share of rejected records.")
    min_coverage_share: float = Field(0.0, ge=0, le=1, description="The smallest share of delivered days.")


class Schedule(_Section):
    """When a run starts, in the organisation's zone, and how many publications are kept."""

    cron: str = Field("30 4 * * *", description="When Dagster's schedule starts a run.")
    start_date: date = Field(date(2026, 1, 1), description="The first day that marts report and Dagster knows.")
    kept_publications: int = Field(30, ge=1, description="Older publications are removed; the current one never.")


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
    engine: Literal["duckdb", "spark"] = Field("duckdb", description="The engine that dbt builds on.")
    memory_limit: str = Field("3GB", description="How much memory DuckDB may use for a build.")
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
        assert isinstance(init_settings, InitSettingsSource)
        origin: Origin = init_settings.init_kwargs.pop(ORIGIN, None) or Origin.of()
        return (
            init_settings,
            VariablesSource(settings_cls, origin.variables),
            DotEnvSettingsSource(settings_cls, env_file=origin.path.with_name(".env")),
            TomlConfigSettingsSource(settings_cls, origin.path),
        )

    @model_validator(mode="before")
    @classmethod
    def _take_old_names(cls, given: dict[str, Any]) -> dict[str, Any]:
        """The settings under their new names, wherever an old name came from. ValueError when both are set."""
        return {name: _renamed(name, value) if name in RENAMED else value for name, value in given.items()}

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
            known = choices(unknown[0], SOURCES)
            raise SettingsError(
                f"unknown sources {unknown} in counterpoise.toml; known are, the nearest first, {known}"
            )
        return [name for name in SOURCES if self.sources.get(name, {"enabled": False}).get("enabled", True)]

    def source_config(self, source: str) -> SourceConfig:
        """The checked section of one source, with its paths made absolute against the file's folder."""
        if source not in self.sources:
            raise SettingsError(
                f"[sources.{source}] is missing in counterpoise.toml; docs/sources/{source}.md shows one"
            )
        try:
            config = connector(source).Config.model_validate(self.sources[source])
        except ValidationError as error:
            raise SettingsError(f"[sources.{source}] in counterpoise.toml: {_problems(error)}") from None
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


def load_settings(config: Path | None = None, variables: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings of a company; this process and its environment stay as they are.

    `config` is the company's file, COUNTERPOISE_CONFIG or ./counterpoise.toml if left out; `variables` replace the
    environment; `overrides` are values of settings and win. SettingsError names each setting with a problem.
    """
    origin = Origin.of(config, variables)
    overrides.setdefault("root", origin.path.parent)
    try:
        return Settings(**{**overrides, ORIGIN: origin})
    except ValidationError as error:
        raise SettingsError(f"{origin.path.name}: {_problems(error)}") from None


def child_environment(settings: Settings) -> dict[str, str]:
    """What dbt reads from the environment, with every tool's telemetry off."""
    return {
        **TELEMETRY_OFF,
        "COUNTERPOISE_WAREHOUSE": str(settings.warehouse),
        "COUNTERPOISE_MEMORY_LIMIT": settings.memory_limit,
    }


def _problems(error: ValidationError) -> str:
    """Each problem with the name of its setting."""
    return "; ".join(": ".join([*filter(None, [".".join(map(str, e["loc"]))]), e["msg"]]) for e in error.errors())


def _renamed(section: str, given: Any) -> Any:
    """One section with new names; a warning for each old name."""
    if not isinstance(given, dict):
        return given
    current = dict(given)
    for old in (name for name in RENAMED[section] if name in given):
        new = RENAMED[section][old]
        if new in given:
            raise ValueError(f"{section}.{old} and {section}.{new} are both set; keep {new}, the new name")
        log.warning("the setting %s.%s is now %s.%s; the next version rejects the old name", section, old, section, new)
        current[new] = current.pop(old)
    return current


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
