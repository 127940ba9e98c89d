from pathlib import Path

import yaml

from slamon.demo.configuration import SECRET, SIGNING_SECRET, Addresses, configuration, write_configuration
from slamon.demo.people import MANAGERS
from slamon.demo.script import STORM
from slamon.demo.systems import SYSTEMS
from slamon.demo.tempo import Tempo
from slamon.demo.topics import Topics
from slamon.settings import load
from slamon.settings.notify.routing import slack_channels
from slamon.sla.calendar import Length

TEMPO = Tempo.of_play(60)
ADDRESSES = Addresses("127.0.0.1:9092", "http://127.0.0.1:1/api/", "http://127.0.0.1:2/hook", "127.0.0.1", 8080)


def test_slamon_takes_it_without_a_remark_on_what_matters(tmp_path: Path) -> None:
    path = tmp_path / "slamon.yaml"
    write_configuration(path, configuration(TEMPO, Topics("demo-1."), ADDRESSES, tmp_path / "own"), TEMPO)
    settings = load(str(path), {}).settings
    policy = settings.sla_policy()
    assert (policy.promise.duration, policy.promise.warn_before) == (
        Length(0, TEMPO.promise),
        Length(0, TEMPO.warn_before),
    )
    assert [stage.budget for stage in policy.stages] == [Length(0, stage.budget) for stage in TEMPO.stages]
    assert settings.sources["mes"].topics == ("demo-1.mes.orders",)
    assert settings.sources["crm"].status_map == next(s for s in SYSTEMS if s.name == "crm").status_map


def test_single_messages_are_sent_at_once_and_a_storm_becomes_a_digest(tmp_path: Path) -> None:
    notify = configuration(TEMPO, Topics(), ADDRESSES, tmp_path)["notify"]
    assert notify["slack"]["per_second"] == 50
    assert 0 < notify["slack"]["digest_above"] < STORM
    assert notify["webhooks"]["sales"] == {"url": ADDRESSES.webhook, "secret": SECRET}


def test_managers_and_the_marketplace_have_channels_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "slamon.yaml"
    write_configuration(path, configuration(TEMPO, Topics(), ADDRESSES, tmp_path / "own"), TEMPO)
    notify = load(str(path), {}).settings.notify
    assert slack_channels(notify) == ("#late-orders", "#olga-ivanova", "#pavel-romanov", "#marina-kim", "#marketplace")
    assert notify.slack is not None
    assert set(notify.slack.managers) == set(MANAGERS)


def test_buttons_and_links_lead_to_slamon(tmp_path: Path) -> None:
    content = configuration(TEMPO, Topics(), ADDRESSES, tmp_path)
    assert content["notify"]["slack"]["signing_secret"] == SIGNING_SECRET
    assert content["web"]["public_url"] == "http://127.0.0.1:8080"


def test_the_file_says_how_fast_time_goes(tmp_path: Path) -> None:
    path = tmp_path / "slamon.yaml"
    write_configuration(path, {"kafka": {}}, TEMPO)
    assert "three weeks take 42 seconds" in path.read_text("utf-8").splitlines()[0]
    assert yaml.safe_load(path.read_text("utf-8")) == {"kafka": {}}
