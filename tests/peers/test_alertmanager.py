"""One incident is one page of a real Alertmanager, whatever of the two is restarted or away meanwhile."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slamon.app.clock import wall_clock
from slamon.notices.marks import Mark
from slamon.notices.notice import DeliveryState, NoticeKind
from slamon.notices.routing import Route
from slamon.notices.rules import NoticeRules
from slamon.notices.system import SystemNotice, of_silence, system_text
from slamon.orders.event import DAY, SECOND, Span
from slamon.services.alert_keeping import AlertKeeping
from slamon.services.offers import Address
from slamon.services.partition import PartitionRules
from slamon.services.system_notices import SystemNotices
from slamon.services.system_rows import SHARED
from slamon.sinks.alertmanager import AlertmanagerSink, AlertmanagerTarget
from slamon.sinks.message import OutgoingNotice
from slamon.sla.silence import Silent
from slamon.stream import Effects
from tests.builders import order_rules
from tests.fakes.stream import FakeEngine, FakeRows, FakeTally
from tests.peers.alertmanager import Alertmanager
from tests.peers.pager import Pager, paging

NAME = "alertmanager"
ADDRESSES = {NAME: Address(NAME, b"alertmanager|api", SHARED)}
RULES = PartitionRules(order_rules(notices=NoticeRules((NAME,))), ADDRESSES, "outbox")


class Slamon:
    """What of slamon speaks to Alertmanager, over rows that outlive it."""

    def __init__(self, alertmanager: Alertmanager, keep: Span) -> None:
        self.alertmanager, self.keep, self.rows = alertmanager, keep, FakeRows()
        self.restart()

    def restart(self) -> None:
        """A new process, which knows what the rows say and nothing else."""
        self.sink = AlertmanagerSink(AlertmanagerTarget(self.alertmanager.url, self.keep))
        self.notices = SystemNotices(lambda: RULES)
        self.notices.open(self.rows)
        engine = FakeEngine({SHARED: self.rows})
        self.keeping = AlertKeeping(engine, self.notices, self.sink, SECOND, FakeTally(), wall_clock)

    def tell(self) -> SystemNotice:
        """A source falls silent; the dispatcher sends it and marks it as sent."""
        now = wall_clock()
        silent = Silent("mes", now - 60 * SECOND, now - 10 * SECOND, "mes")
        notice = of_silence(silent, 1, (Route(NAME),), now)
        self.notices.declare(notice, self.rows, Effects())
        outgoing = OutgoingNotice(
            notice_id=notice.notice_id,
            kind=NoticeKind.SOURCE_SILENT,
            subject="mes",
            order=None,
            text=system_text(notice, 0),
            at=notice.at,
            created_at=now,
        )
        self._do(lambda: self.sink.send(outgoing, now=now))
        mark = Mark(notice_id=notice.notice_id, receiver=NAME, state=DeliveryState.SENT, attempts=1, at=now)
        self.notices.mark(mark, self.rows, Effects())
        return notice

    def keeps(self) -> None:
        """One turn of its loop."""
        self._do(self.keeping.step)

    def ends(self) -> None:
        """The source is heard again."""
        (notice,) = self.notices.all(self.rows)
        self.notices.end(notice, self.rows, Effects(), wall_clock())

    def _do(self, work: Callable[[], object]) -> None:
        async def run() -> None:
            await work()  # type: ignore[misc]
            await self.sink.close()

        asyncio.run(run())


@pytest.fixture
def pager() -> Iterator[Pager]:
    with paging() as found:
        yield found


@pytest.fixture
def alertmanager(tmp_path: Path, pager: Pager) -> Iterator[Alertmanager]:
    made = Alertmanager(tmp_path, pager.url)
    made.start()
    yield made
    made.stop()


def _rounds(alertmanager: Alertmanager, more: int) -> None:
    """Let it ask itself so many more times, once a second, whether to page: longer than resolve_timeout."""
    until = alertmanager.rounds() + more
    alertmanager.until(lambda: alertmanager.rounds() >= until)


def test_one_page_and_one_all_clear_over_restarts_of_both(alertmanager: Alertmanager, pager: Pager) -> None:
    slamon = Slamon(alertmanager, DAY)
    notice = slamon.tell()
    alertmanager.until(lambda: pager.statuses() == ["firing"])
    began_at = pager.pages[0][2]

    _rounds(alertmanager, 4)  # slamon is down for longer than resolve_timeout
    assert pager.statuses() == ["firing"]

    slamon.restart()
    slamon.keeps()
    _rounds(alertmanager, 2)

    alertmanager.stop()
    alertmanager.start()
    assert alertmanager.alerts() == [], "it forgets alerts, not pages"
    slamon.keeping.resend = 0
    slamon.keeps()
    slamon.keeps()
    (alert,) = alertmanager.alerts()
    assert alert["labels"]["notice_id"] == notice.notice_id
    assert alert["startsAt"][:-1] == began_at[: len(alert["startsAt"]) - 1], "it shows milliseconds"
    _rounds(alertmanager, 4)
    assert pager.statuses() == ["firing"]

    slamon.restart()
    slamon.ends()
    slamon.keeps()
    alertmanager.until(lambda: pager.statuses() == ["firing", "resolved"])
    slamon.keeping.resend = 0
    for _ in range(3):
        slamon.keeps()
    alertmanager.stop()
    alertmanager.start()
    slamon.restart()
    slamon.keeps()
    slamon.tell()  # another incident, so that there are rounds to wait for
    alertmanager.until(lambda: len(pager.pages) == 3)
    assert pager.pages == [
        ("firing", notice.notice_id, began_at),
        ("resolved", notice.notice_id, began_at),
        ("firing", pager.pages[2][1], pager.pages[2][2]),
    ]
    assert pager.pages[2][1] != notice.notice_id


def test_an_end_reaches_an_alertmanager_that_was_away_when_it_came(alertmanager: Alertmanager, pager: Pager) -> None:
    """The restarted one does not know the alert: the end must be told with everything that names it."""
    slamon = Slamon(alertmanager, DAY)
    slamon.tell()
    alertmanager.until(lambda: pager.statuses() == ["firing"])
    alertmanager.stop()
    slamon.ends()
    slamon.keeps()
    alertmanager.start()
    slamon.restart()
    slamon.keeps()
    alertmanager.until(lambda: pager.statuses() == ["firing", "resolved"])


def test_without_an_end_in_the_future_it_would_be_resolved_and_paged_again(
    alertmanager: Alertmanager, pager: Pager
) -> None:
    """Shows that the tests above see what they are there to see."""
    slamon = Slamon(alertmanager, SECOND)
    slamon.tell()
    alertmanager.until(lambda: pager.statuses() == ["firing", "resolved"])
    slamon.keeps()
    alertmanager.until(lambda: pager.statuses()[:3] == ["firing", "resolved", "firing"])
