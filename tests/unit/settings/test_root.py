"""The whole configuration."""

import pytest

from slamon.settings.root import LogFormat, LogLevel, Settings
from tests.configurations import settings_of


def test_defaults() -> None:
    settings = settings_of()
    assert (settings.web.host, settings.web.port, settings.web.advertise) == ("127.0.0.1", 8080, None)
    assert (settings.log.level, settings.log.libraries) == (LogLevel.INFO, LogLevel.WARNING)
    assert settings.log.format is LogFormat.JSON
    assert (settings.data_dir, settings.shutdown_grace.seconds) == ("./data", 20)
    assert settings.secrets() == ()


def test_it_takes_what_is_passed_in_and_nothing_from_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB", '{"port": 1}')
    monkeypatch.setenv("DATA_DIR", "/elsewhere")
    settings = Settings.model_validate({"kafka": {"bootstrap_servers": "a:1"}})
    assert (settings.web.port, settings.data_dir) == (8080, "./data")


def test_it_is_frozen_and_comparable() -> None:
    settings = settings_of()
    assert settings == settings_of()
    assert settings != settings_of("web: {port: 1}\n")
    with pytest.raises(ValueError, match="frozen"):
        settings.data_dir = "/x"  # type: ignore[misc]


def test_an_error_of_its_own_shows_no_input() -> None:
    with pytest.raises(ValueError, match="kafka") as refused:
        Settings.model_validate({"notify": {"slack": {"token": ["canary"]}}})
    assert "canary" not in str(refused.value)
