import uuid

from slamon.kafka.lag.metadata import Layout, TopicPlaces, ask_for_topics, read_topics
from slamon.kafka.lag.wire import TAGS, Answer, Memory, Question
from tests.fakes.lag_cluster import FakeLagCluster, FakeLog


async def layout(fake: FakeLagCluster, names: list[str] | None, memory: Memory[TopicPlaces]) -> Layout:
    question: Question = ask_for_topics(names)
    answer: Answer = await fake.ask(question)
    return read_topics(answer, memory)


def cluster() -> FakeLagCluster:
    fake = FakeLagCluster(nodes=2)
    fake.topics = {"t": {0: FakeLog(1), 1: FakeLog(2, replicas=(2, 1)), 2: FakeLog(-1), 3: FakeLog(1)}, "__own": {}}
    return fake


async def test_nodes_ids_leaders_and_replicas() -> None:
    found = await layout(cluster(), ["t", "gone"], Memory())
    assert found.nodes == {1: "node-1:9092", 2: "node-2:9092"}
    there = found.topics["t"]
    assert (there.error, there.is_internal, there.topic_id) == (0, False, str(uuid.UUID(int=1)))
    assert there.leaders == {0: 1, 1: 2, 2: -1, 3: 1}
    assert there.replicas[1] == (2, 1)
    assert there.shares == {1: (0, 3), 2: (1,)}
    assert (found.topics["gone"].error, found.topics["gone"].topic_id) == (3, None)


async def test_all_topics() -> None:
    found = await layout(cluster(), None, Memory())
    assert {name: there.is_internal for name, there in found.topics.items()} == {"t": False, "__own": True}


async def test_a_topic_stays_the_same_object_until_it_changes() -> None:
    fake, memory = cluster(), Memory[TopicPlaces]()
    before = (await layout(fake, ["t"], memory)).topics["t"]
    memory.turn()
    assert (await layout(fake, ["gone", "t"], memory)).topics["t"] is before
    fake.ids["t"] = 2
    assert (await layout(fake, ["t"], memory)).topics["t"].topic_id == str(uuid.UUID(int=2))


def test_questions_make_no_topic() -> None:
    question = ask_for_topics(["t"])
    assert question.body(4) == b"\x00\x00\x00\x01\x00\x01t" + b"\x00"
    assert question.body(8) == b"\x00\x00\x00\x01\x00\x01t" + b"\x00\x00\x00"
    assert question.body(9) == b"\x02\x02t" + TAGS + b"\x00\x00\x00" + TAGS
    assert question.body(12) == b"\x02" + bytes(16) + b"\x02t" + TAGS + b"\x00\x00" + TAGS
    assert ask_for_topics(None).body(12) == b"\x00" + b"\x00\x00" + TAGS
