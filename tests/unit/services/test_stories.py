"""An order's living message is kept up to date: edited, and its thread told."""

import pytest

from slamon.demo.standins.script import Act, Reply
from slamon.notices.story import Line
from slamon.services.offers import Update
from slamon.services.outgoing import notice_of
from tests.lanes import NOW, LaneBench
from tests.outbox_samples import offer

MOVED, CALLS = Line(1, "Moved on."), Line(2, "Reminder.", calls=True)


class Told(LaneBench):
    """An order with a message, and what that has to say."""

    def __init__(self) -> None:
        super().__init__()
        self.remote = ""

    async def begun(self) -> "Told":
        self.remote = str((await self.sink.send(notice_of(offer(), 1, NOW), now=NOW)).remote)
        return self

    def update(self, turn: int = 1, *lines: Line) -> Update:
        return Update(lead=offer(thread=self.remote, mention=("U1",)), turn=turn, lines=lines)

    async def tells(self, update: Update, **scripts: Reply) -> None:
        for call, reply in scripts.items():
            self.sink.scripts[call].push(reply)
        self.channel.rest_until = None
        await self.stories.tell(self.way, self.sink, update)

    def lines(self) -> list[tuple[str, str, tuple[str, ...]]]:
        return [(one.value, one.text, one.mention) for one in self.sink.of("line_id")]

    def turns(self) -> list[int]:
        return [told.turn for told in self.told()]

    def again(self) -> Update | None:
        return self.channel.updates.next()


async def test_the_message_is_edited_and_its_thread_told_in_one_reply() -> None:
    """Then it is reported, and known here for rows that offer it again."""
    bench = await Told().begun()
    await bench.tells(bench.update(2, MOVED, CALLS))
    message = bench.sink.message(bench.remote)
    assert len(message.versions) == 1
    assert bench.lines() == [("o-1:2", "Moved on.\nReminder.", ("U1",))]
    assert bench.sink.of("line_id")[0].thread == bench.remote
    assert (bench.turns(), bench.channel.updates.told) == ([2], {"o-1": 2})


async def test_only_a_line_that_calls_people_calls_them() -> None:
    bench = await Told().begun()
    await bench.tells(bench.update(1, MOVED))
    assert bench.lines() == [("o-1:1", "Moved on.", ())]


async def test_without_lines_nothing_is_said_in_the_thread() -> None:
    bench = await Told().begun()
    await bench.tells(bench.update())
    assert (bench.sink.made("edit"), bench.lines(), bench.turns()) == (1, [], [1])


@pytest.mark.parametrize("call", ["edit", "reply"])
@pytest.mark.parametrize("act", [Act.RATE_LIMITED, Act.SERVER_ERROR, Act.HANG])
async def test_what_could_not_be_said_now_waits(call: str, act: Act) -> None:
    bench = await Told().begun()
    update = bench.update(1, MOVED)
    await bench.tells(update, **{call: Reply(act)})
    assert bench.channel.resting(NOW) > 0
    assert (bench.turns(), bench.lines()) == ([], [])
    assert bench.again() == update
    assert len(bench.tally.of("attempt_failed")) == 1
    await bench.tells(update)
    assert (bench.turns(), len(bench.lines())) == ([1], 1)


@pytest.mark.parametrize("act", [Act.ACCEPT_THEN_HANG, Act.ACCEPT_THEN_RESET])
async def test_a_line_that_was_posted_although_nobody_said_so_is_not_posted_again(act: Act) -> None:
    bench = await Told().begun()
    update = bench.update(1, MOVED)
    await bench.tells(update, reply=Reply(act))
    assert bench.turns() == []
    await bench.tells(update)
    assert (len(bench.lines()), bench.turns(), bench.way.unknown_lines) == (1, [1], set())


async def test_a_line_that_is_not_found_is_posted() -> None:
    bench = await Told().begun()
    update = bench.update(1, MOVED)
    await bench.tells(update, reply=Reply(Act.RESET))
    await bench.tells(update)
    assert (bench.sink.made("find"), len(bench.lines()), bench.way.unknown_lines) == (2, 1, set())


async def test_a_message_that_can_not_be_edited_any_more_has_a_thread_all_the_same() -> None:
    bench = await Told().begun()
    await bench.tells(bench.update(1, MOVED), edit=Reply(Act.REFUSE, status=400))
    assert (len(bench.lines()), bench.turns()) == (1, [1])


@pytest.mark.parametrize("status", [401, 410])
async def test_where_everything_is_refused_it_is_not_repeated(status: int) -> None:
    """Notices find that out by themselves; nothing is reported as told."""
    bench = await Told().begun()
    await bench.tells(bench.update(1, MOVED), edit=Reply(Act.REFUSE, status=status))
    assert (bench.again(), bench.turns(), bench.channel.resting(NOW)) == (None, [], 0)


async def test_a_message_of_an_unknown_name_is_left_alone() -> None:
    """There is nothing to edit; it counts as told, or it would be offered for ever."""
    bench = Told()
    await bench.tells(Update(lead=offer(), turn=3, lines=(MOVED,)))
    assert (bench.sink.calls, bench.turns()) == ([], [3])


async def test_while_partitions_are_handed_over_nothing_is_said() -> None:
    bench = await Told().begun()
    bench.stopping = True
    await bench.tells(bench.update(1, MOVED))
    assert (bench.sink.made("edit"), bench.turns()) == (0, [])
    assert bench.again() == bench.update(1, MOVED)


async def test_a_report_that_can_not_be_written_stops_nothing() -> None:
    bench = await Told().begun()
    bench.producer.faults.append(OSError("fenced"))
    await bench.tells(bench.update(1, MOVED))
    assert bench.tally.of("attempt_failed") == [("slack", "internal_error")]
    assert bench.again() == bench.update(1, MOVED)
