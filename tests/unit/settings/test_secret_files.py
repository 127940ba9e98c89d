"""Secrets from files."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from slamon.errors import ConfigError
from slamon.settings import Settings, load
from tests.configurations import SMALLEST


def _load(folder: Path, lines: str, environ: Mapping[str, str] | None = None) -> Settings:
    file = folder / "slamon.yaml"
    file.write_text(SMALLEST + lines)
    return load(str(file), environ or {}).settings


def _token(settings: Settings) -> str | None:
    slack = settings.notify.slack
    return None if slack is None or slack.token is None else slack.token.get_secret_value()


@pytest.mark.parametrize("content", ["xoxb-1", "xoxb-1\n", "xoxb-1\r\n"])
def test_a_secret_is_the_file_without_its_line_end(tmp_path: Path, content: str) -> None:
    (tmp_path / "token").write_bytes(content.encode())
    settings = _load(tmp_path, f'notify: {{slack: {{token_file: {tmp_path}/token, channel: "#l"}}}}\n')
    assert _token(settings) == "xoxb-1"
    assert settings.secrets() == ("xoxb-1",)
    assert "xoxb-1" not in repr(settings)
    assert "xoxb-1" not in settings.model_dump_json()


def test_a_relative_path_counts_from_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("xoxb-1")
    assert _token(_load(tmp_path, 'notify: {slack: {token_file: token, channel: "#l"}}\n')) == "xoxb-1"


def test_a_variable_names_a_file_from_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "token").write_text("xoxb-2")
    monkeypatch.chdir(elsewhere)
    environ = {"SLAMON_NOTIFY__SLACK__TOKEN_FILE": "token", "SLAMON_NOTIFY__SLACK__CHANNEL": "#l"}
    assert _token(_load(tmp_path, "", environ)) == "xoxb-2"


def test_the_variable_counts_where_the_file_has_the_other_one(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-file")
    by_file = 'notify: {slack: {token_file: token, channel: "#l"}}\n'
    assert _token(_load(tmp_path, by_file, {"SLAMON_NOTIFY__SLACK__TOKEN": "from-variable"})) == "from-variable"
    by_text = 'notify: {slack: {token: from-text, channel: "#l"}}\n'
    environ = {"SLAMON_NOTIFY__SLACK__TOKEN_FILE": str(tmp_path / "token")}
    assert _token(_load(tmp_path, by_text, environ)) == "from-file"


def test_every_secret_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("https://secret.example/x")
    settings = _load(
        tmp_path,
        "notify: {webhooks: {crm: {url_file: s, secret_file: s}}, heartbeat: {url_file: s}}\n",
        {
            "SLAMON_KAFKA__SECURITY__PROTOCOL": "SASL_SSL",
            "SLAMON_KAFKA__SECURITY__USERNAME": "u",
            "SLAMON_KAFKA__SECURITY__PASSWORD_FILE": str(tmp_path / "s"),
        },
    )
    assert settings.secrets() == ("https://secret.example/x",)
    assert settings.kafka.security.password is not None
    assert settings.notify.webhooks["crm"].url is not None


def test_other_files_are_only_checked(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("one\ntwo\n")
    environ = {"SLAMON_KAFKA__SECURITY": f'{{"protocol": "SSL", "ca_file": "{tmp_path}/ca.pem"}}'}
    assert _load(tmp_path, "", environ).kafka.security.ca_file == f"{tmp_path}/ca.pem"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "does not hold a secret"),
        (b"\n", "does not hold a secret"),
        (b"canary\ncanary\n", "does not hold a secret"),
        (b"canary" * 20_000, "does not hold a secret"),
        (b"canary\xff", "is not UTF-8"),
    ],
)
def test_files_that_hold_no_secret_are_refused_without_their_content(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(ConfigError) as refused:
        _load(tmp_path, 'notify: {slack: {token_file: token, channel: "#l"}}\n')
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].startswith(f"{tmp_path}/slamon.yaml:3: notify.slack.token_file: ")
    assert complaint in refused.value.problems[0]
    assert "canary" not in str(refused.value)


def test_files_that_can_not_be_read_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        _load(tmp_path, 'notify:\n  slack: {token_file: ., channel: "#l"}\n  heartbeat: {url_file: "a\\0b"}\n')
    assert [line.split(": ")[1] for line in refused.value.problems] == [
        "notify.slack.token_file",
        "notify.heartbeat.url_file",
    ]
