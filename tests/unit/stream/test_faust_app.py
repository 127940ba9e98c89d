from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace

import pytest
from faust.assignor.client_assignment import ClientAssignment, ClientMetadata

from slamon.stream.faust_app import Assignor, build_app
from slamon.stream.group_thread import GroupThread
from slamon.stream.recovery import ChangelogTable, GuardedRecovery, GuardedTableManager
from slamon.stream.stream_app import StreamApp
from slamon.stream.transport import AckedProducer, BatchConsumer
from tests.fakes.engine import OPTIONS, Surroundings


@pytest.fixture
async def app(tmp_path: Path) -> StreamApp:
    around = Surroundings()
    around.core.options = replace(OPTIONS, data_dir=tmp_path, advertised_url="http://one:8080", internal=("inner",))
    return build_app(around.core)


async def test_nothing_of_faust_listens_or_creates_topics(app: StreamApp) -> None:
    conf = app.conf
    assert (conf.web_enabled, conf.topic_allow_declare, conf.topic_disable_leader) == (False, False, True)
    assert (conf.table_standby_replicas, conf.producer_threaded) == (0, False)
    assert attrgetter("autodiscover")(conf) is False  # typed as a method without self
    assert str(conf.processing_guarantee.value) == "at_least_once"


async def test_our_parts_are_in_their_places(app: StreamApp) -> None:
    assert isinstance(app.tables, GuardedTableManager)
    assert isinstance(app.tables.recovery, GuardedRecovery)
    assert isinstance(app.tables["orders"], ChangelogTable)
    assert isinstance(app.consumer, BatchConsumer)
    assert isinstance(app.consumer._thread, GroupThread)
    assert isinstance(app.producer, AckedProducer)


async def test_the_group_and_the_changelog_have_the_applications_name(app: StreamApp) -> None:
    assert app.conf.id == "app"
    assert app.tables["orders"].changelog_topic.get_topic_name() == "app-orders-changelog"
    assert app.tables.changelog_topics == {"app-orders-changelog"}


async def test_one_agent_takes_all_topics(app: StreamApp) -> None:
    (agent,) = app.agents.values()
    assert set(agent.channel.topics) == {"source", "inner"}


async def test_a_static_member_may_come_back_with_another_url(app: StreamApp) -> None:
    given = ClientMetadata(
        assignment=ClientAssignment(actives={"app-orders-changelog": [1, 2]}, standbys={}),
        url="http://former:1",
        changelog_distribution={"http://former:1": {"app-orders-changelog": [1, 2]}},
        topic_groups={"app-orders-changelog": 0},
    )

    assignor = app.assignor
    assert isinstance(assignor, Assignor)
    assignor.on_assignment(SimpleNamespace(user_data=assignor._compress(given.dumps())))
    assert {tp.partition for tp in assignor.assigned_actives()} == {1, 2}
    assert assignor.tables_metadata() == {"http://former:1": {"app-orders-changelog": [1, 2]}}
