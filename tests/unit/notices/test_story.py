"""The living message of an order."""

import msgspec

from slamon.notices.story import Story


def test_a_story_survives_its_bytes() -> None:
    story = Story("C1", "C1|1.2", "now", "before", 3, 7)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(story), type=Story) == story
