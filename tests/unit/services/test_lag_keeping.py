"""What survives a restart of the lag watch: written when it has changed, read again, refused writes made up for."""

from slamon.lag.cluster import Memory
from slamon.lag.incidents import Incidents, step
from slamon.lag.observation import Place
from slamon.lag.troubles import troubles
from slamon.orders.event import SECOND
from slamon.services.lag_keeping import LagKeeping
from tests.builders import HOUR, MINUTE, T0
from tests.fakes.lag import FakeBroker, FakeGroup, FakeLog, FakeRows, Followed

A0 = Place("a", 0)
INCIDENTS, MEMORY = "lag/incidents", "lag/memory/shop"


class Late(Followed):
    """A cluster with a group that is late, and its incident."""

    def __init__(self) -> None:
        broker = FakeBroker(mes=FakeGroup({A0: 0}))
        broker.logs[A0] = FakeLog([T0 - HOUR, T0 - HOUR])
        super().__init__(broker)
        self.incidents, _ = step(Incidents(), troubles(self.cycle(), self.rules, {}), "shop", self.now)


async def kept(keeping: LagKeeping, late: Late, after: int = 0) -> None:
    await keeping.keep(late.incidents, {"shop": late.track}, T0 + after)


async def test_what_is_kept_is_there_after_a_restart() -> None:
    late, rows = Late(), FakeRows()
    await kept(LagKeeping(rows), late)
    again = LagKeeping(rows)
    assert again.incidents() == late.incidents
    assert again.memory("shop") == late.track.keep()
    assert late.incidents.open
    assert late.track.keep().groups


def test_nothing_was_kept() -> None:
    keeping = LagKeeping(FakeRows())
    assert (keeping.incidents(), keeping.memory("shop")) == (Incidents(), Memory())


async def test_only_what_has_changed_is_written_and_what_was_learnt_once_a_minute() -> None:
    late, rows = Late(), FakeRows()
    keeping = LagKeeping(rows)
    await kept(keeping, late)
    late.broker.groups["mes"].commits[A0] = 1
    late.cycle()
    await kept(keeping, late, MINUTE - 1)
    assert rows.puts == [{INCIDENTS, MEMORY}]
    await kept(keeping, late, MINUTE)
    assert rows.puts[1:] == [{MEMORY}]
    late.incidents = Incidents()
    await kept(keeping, late, MINUTE + SECOND)
    assert rows.puts[2:] == [{INCIDENTS}]


async def test_what_was_refused_is_written_again() -> None:
    late, rows = Late(), FakeRows()
    keeping = LagKeeping(rows)
    rows.is_ours = False
    await kept(keeping, late)
    rows.is_ours = True
    await kept(keeping, late)
    assert rows.puts == [{INCIDENTS, MEMORY}] * 2


async def test_who_takes_over_again_writes_all() -> None:
    late, rows = Late(), FakeRows()
    keeping = LagKeeping(rows)
    await kept(keeping, late)
    keeping.forget()
    await kept(keeping, late)
    assert rows.puts == [{INCIDENTS, MEMORY}] * 2


async def test_incidents_that_are_over_are_kept_when_there_are_new_ones() -> None:
    late, rows = Late(), FakeRows()
    keeping, over = LagKeeping(rows), late.incidents.open
    assert keeping.ended() == ()
    await keeping.keep(Incidents(), {}, T0, over)
    await keeping.keep(Incidents(), {}, T0, over)
    assert rows.puts == [{INCIDENTS, "lag/ended"}]
    assert LagKeeping(rows).ended() == over
