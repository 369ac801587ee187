"""Settings: where they come from, what beats what, and names of an earlier version."""

from __future__ import annotations

import os

import pytest

from orchestration.environment import variables_set
from orchestration.errors import SettingsError
from orchestration.settings import RENAMED, Settings, load_settings

OLD_NAMES = [(section, old, new) for section, names in RENAMED.items() for old, new in names.items()]


@pytest.fixture(autouse=True)
def config(tmp_path, monkeypatch):
    path = tmp_path / "counterpoise.toml"
    path.touch()
    monkeypatch.setenv("COUNTERPOISE_CONFIG", str(path))
    return path


def value(settings: Settings, section: str, name: str) -> float:
    return getattr(getattr(settings, section), name)


@pytest.mark.parametrize(("section", "old", "new"), OLD_NAMES)
def test_an_old_name_in_the_file_works_and_warns(config, caplog, section, old, new):
    config.write_text(f"[{section}]\n{old} = 1\n")
    assert value(load_settings(), section, new) == 1
    assert f"{section}.{old} is now {section}.{new}" in caplog.text


@pytest.mark.parametrize(("section", "old", "new"), OLD_NAMES)
def test_an_old_name_as_a_variable_works_and_warns(monkeypatch, caplog, section, old, new):
    monkeypatch.setenv(f"COUNTERPOISE_{section}__{old}".upper(), "1")
    assert value(load_settings(), section, new) == 1
    assert f"{section}.{old} is now {section}.{new}" in caplog.text


@pytest.mark.parametrize("variable", [None, "COUNTERPOISE_GUARDS__MIN_LOAD_SHARE"])
def test_an_old_and_a_new_name_together_are_an_error(config, monkeypatch, variable):
    config.write_text("[guards]\nsmallest_load_share = 0.5\n" + ("min_load_share = 0.6\n" if variable is None else ""))
    if variable is not None:
        monkeypatch.setenv(variable, "0.6")
    with pytest.raises(SettingsError, match=r"smallest_load_share and guards\.min_load_share are both set"):
        load_settings()


def test_another_file_and_other_variables_leave_the_process_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_ENGINE", "spark")
    before = dict(os.environ)
    other = tmp_path / "other" / "counterpoise.toml"
    other.parent.mkdir()
    other.write_text('[organisation]\nname = "other"\n')
    settings = load_settings(other, {"COUNTERPOISE_GUARDS__MIN_LOAD_SHARE": "0.4", "COUNTERPOISE_DATA": ""})
    assert (settings.organisation.name, settings.guards.min_load_share, settings.engine) == ("other", 0.4, "duckdb")
    assert settings.data_folder == other.parent / "data"
    assert dict(os.environ) == before


def test_a_named_file_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(SettingsError, match=r"missing\.toml is not a file"):
        load_settings(tmp_path / "missing.toml")


def test_variables_are_set_for_a_block_and_then_as_before(monkeypatch):
    monkeypatch.setenv("COUNTERPOISE_ENGINE", "spark")
    monkeypatch.delenv("COUNTERPOISE_DATA", raising=False)
    before = dict(os.environ)
    with variables_set({"COUNTERPOISE_ENGINE": "duckdb", "COUNTERPOISE_DATA": "elsewhere"}):
        assert os.environ["COUNTERPOISE_ENGINE"] == "duckdb"
    assert dict(os.environ) == before


def test_new_names_warn_of_nothing(config, caplog):
    config.write_text("[guards]\nmin_load_share = 0.5\n")
    assert (load_settings().guards.min_load_share, caplog.text) == (0.5, "")
