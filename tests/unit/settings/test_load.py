"""Loading: the table of mistakes, every problem at once, and no secret in any of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from slamon.errors import ConfigError
from slamon.settings import load, load_text
from slamon.settings.root import Settings
from slamon.settings.shape import Slot, keys_of, slot_of
from tests.configurations import FILE, SMALLEST, problems_beside, problems_of, settings_of

MISTAKES = sorted(Path(__file__).parents[2].joinpath("testdata", "config").glob("bad-*.yaml"))
CANARY = "canary-5f3a"


@pytest.mark.parametrize("file", MISTAKES, ids=lambda file: file.stem.removeprefix("bad-"))
def test_every_mistake_is_told_as_its_file_says(file: Path) -> None:
    text = file.read_text("utf-8")
    expected = [f"{file}:{line[2:]}" for line in text.splitlines() if line.startswith("# ")]
    with pytest.raises(ConfigError) as refused:
        load(str(file), {})
    assert refused.value.problems == expected
    assert all("allowed" in line or "needs it" in line or "is not YAML" in line for line in expected)


def test_there_are_mistakes_to_test() -> None:
    assert len(MISTAKES) > 50


def test_the_smallest_configuration() -> None:
    settings = settings_of()
    assert settings.kafka.bootstrap_servers == "127.0.0.1:9092"
    assert settings.kafka.partitions == 8
    assert settings.sources["orders"].topics == ("orders.events",)
    assert settings.notify.slack is None


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.yaml:1: can't be read \(No such file or directory\), allowed is"):
        load(str(tmp_path / "none.yaml"), {})


def test_a_folder_and_an_impossible_name(tmp_path: Path) -> None:
    for name in (str(tmp_path), "a\0b"):
        with pytest.raises(ConfigError, match="can't be read"):
            load(name, {})


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "slamon.yaml"
    file.write_bytes(b"kafka:\n  app_id: \xff\n")
    with pytest.raises(ConfigError, match=r"slamon\.yaml:2: is not UTF-8"):
        load(str(file), {})


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    file = tmp_path / "slamon.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALLEST.encode())
    assert load(str(file), {}).settings == settings_of()


def test_problems_of_file_and_variables_come_together() -> None:
    found = problems_of(
        "web: {port: x}\n", {"SLAMON_KAFKA__BOOTSTRAP_SERVERS": "x", "SLAMON_WEBB": "1", "SLAMON_LAG": "[]"}
    )
    assert [line.split(": ")[0] for line in found] == [
        "slamon.yaml:1",
        "SLAMON_KAFKA__BOOTSTRAP_SERVERS",
        "SLAMON_LAG",
        "SLAMON_WEBB",
    ]


def test_a_problem_is_told_once() -> None:
    found = problems_beside("web: {port: x}\nlag: {interval: 1, interval: 1}\n")
    assert len(found) == len(set(found)) == 3


CONTRACT = """\
kafka:   {bootstrap_servers: "127.0.0.1:9092", security: {}, app_id: slamon, partitions: 8,
          replication_factor: 1, instance_id: null}
sources: {orders: {topics: [orders.events], system: null, format: native, status_map: {}}}
orders:  {keep_finished: P30D, keep_not_started: P90D, future_tolerance: PT5M, max_event_bytes: 262144}
sla:
  promise: {start: SUBMITTED, stop: [SHIPPED, CLOSED], duration: P21D, warn_before: P3D, calendar: always}
  stages: [{from: SUBMITTED, to: PRICE_CALCULATED, budget: PT30M}]
  forecast: {notify: false}
  calendars:
    workshop: {time_zone: Europe/Moscow, days: {mon-fri: ["09:00-13:00", "14:00-18:00"], sat: []},
               holidays: {country: RU}, closed: ["2026-12-31"], open: {"2026-12-27": ["10:00-14:00"]},
               ics: null}
  policies:
    - name: rush
      when: {channels: [b2b], clients: [c-1], attributes: {rush: true}}
      promise: {start: MANUFACTURING_APPROVED, stop: [SHIPPED], duration: P5D, calendar: workshop,
                warn_before: P1D, round: null, max_extensions: null, max_extension: null}
      stages: [{from: MANUFACTURING_APPROVED, to: MANUFACTURING_STARTED, budget: PT4H, calendar: workshop}]
      holds: {pause: [promise, stages], statuses: []}
      on_regress: continue
      apply_to: new
  enforce_from: null
  hold_at_most: PT1H
  divergence: {allowed_skew: PT15M, systems: {crm: {mirrors: all}}, entry: {b2b: PRICE_CALCULATED}}
lag:     {interval: PT15S, groups: {include: [".*"], exclude: []}, warn_after: PT5M, critical_after: PT15M,
          expected: []}
services: {mes-api: {http: "http://mes-api:8080/health", interval: PT15S, timeout: PT5S, failures: 3,
           successes: 2, depends_on: [mes-db], owns_stages: [SUBMITTED]}}
notify:
  slack: {token: null, token_file: null, api_url: "https://slack.com/api/", signing_secret: null,
          signing_secret_file: null, channel: "#late-orders", per_second: 1, digest_above: 10,
          managers: {m-1: {user: U1, channel: C1}}}
  webhooks: {name: {url: "https://crm.example/", secret: s}}
  alertmanager: {url: "http://alertmanager:9093"}
  smtp: {host: mail, sender: "slamon@example.org", to: ["sales@example.org"]}
  apprise: {url: "json://example.org"}
  heartbeat: {url: "https://hc.example/ping"}
  max_age: P7D
  rules: [{kinds: [breached], channels: [b2b], receivers: [slack]}]
web:     {host: 127.0.0.1, port: 8080, advertise: null, auth: {tokens: []}}
data_dir: ./data
shutdown_grace: PT20S
"""


def test_the_example_of_the_contract_loads() -> None:
    settings = load_text(CONTRACT, FILE, {}).settings
    assert settings.sla.policies[0].promise.duration is not None
    assert settings.services["mes-api"].depends_on == ("mes-db",)


def _secret_paths(slot: Slot, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every place of a secret, in maps under the name `x`."""
    if slot.is_secret:
        yield path
    if slot.origin is dict:
        yield from _secret_paths(slot_of(slot.type.__args__[1]), (*path, "x"))
    if slot.section is not None:
        for key, inner in keys_of(slot.section):
            yield from _secret_paths(inner, (*path, key))


def _tree(paths: list[tuple[str, ...]], value: Any) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path in paths:
        holder = tree
        for key in path[:-1]:
            holder = holder.setdefault(key, {})
        holder[path[-1]] = value
    return tree


SECRETS = sorted(_secret_paths(slot_of(Settings), ()))
BROKEN: tuple[Any, ...] = ([CANARY], {"k": CANARY}, {CANARY: 1}, f"{CANARY}\n{CANARY}", f"whsec_{CANARY}")


def test_all_secrets_are_known() -> None:
    assert {".".join(path) for path in SECRETS} == {
        "kafka.security.password",
        "kafka.security.key_password",
        "lag.clusters.x.security.password",
        "lag.clusters.x.security.key_password",
        "notify.slack.token",
        "notify.slack.signing_secret",
        "notify.webhooks.x.url",
        "lag.rabbitmq.x.password",
        "notify.webhooks.x.secret",
        "notify.heartbeat.url",
        "notify.slack.webhook_url",
        "notify.slack.app_token",
        "notify.apprise.url",
        "notify.smtp.password",
        "notify.alertmanager.password",
    }


@pytest.mark.parametrize("value", BROKEN, ids=["list", "mapping", "key", "lines", "text"])
def test_no_secret_is_shown_whatever_is_wrong_with_it(value: Any) -> None:
    found = problems_of(yaml.safe_dump(_tree(SECRETS, value)))
    assert len(found) >= 3
    assert [line for line in found if CANARY in line] == []


def test_no_secret_is_shown_when_everything_else_is_wrong() -> None:
    tree = _tree(SECRETS, CANARY)
    for key, _ in keys_of(Settings):
        tree[key] = {**tree[key], "unknown": 1} if key in tree else 5
    tree["notify"]["slack"] |= {"per_second": "x", "channel": 5, "zzz": CANARY}
    tree["kafka"]["security"] |= {"protocol": "x", "password_file": "/nowhere"}
    environ = {"SLAMON_NOTIFY__SLACK__SIGNING_SECRET": f"{CANARY}\n", "SLAMON_NOTIFY__SLACK__ZZZ": CANARY}
    found = problems_of(yaml.safe_dump(tree), environ)
    assert len(found) > 10
    assert [line for line in found if CANARY in line] == []


def test_no_secret_is_in_the_settings_as_text() -> None:
    tree = _tree(SECRETS, f"https://{CANARY}.example/")
    tree |= {"lag": {}, "web": {"auth": {"token": CANARY}}}
    tree["kafka"] |= {"bootstrap_servers": "a:1"}
    tree["kafka"]["security"] |= {"protocol": "SASL_SSL", "username": "u"}
    tree["notify"]["slack"] |= {"channel": "#late"}
    tree["notify"]["apprise"] = {"url": f"jsons://{CANARY}.example/"}
    tree["notify"]["alertmanager"] |= {"url": "http://alerts", "username": "u"}
    tree["notify"]["smtp"] |= {"host": "mail", "sender": "a@b", "to": ["c@d"], "username": "u"}
    settings = load_text(yaml.safe_dump(tree), FILE, {}).settings
    for shown in (repr(settings), str(settings), settings.model_dump_json(), repr(settings.model_dump())):
        assert CANARY not in shown
    assert set(settings.secrets()) == {f"https://{CANARY}.example/", f"jsons://{CANARY}.example/"}
