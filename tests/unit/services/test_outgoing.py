"""From an offer to the notice that a sink sends, and to the line of a digest."""

from typing import Any

from slamon.notices.notice import NoticeKind
from slamon.services.outgoing import item_for, kind_of, notice_of
from tests.builders import ORDER, T0, day
from tests.outbox_samples import offer, retraction

ABOUT_NONE: dict[str, Any] = {"kind": "source_silent", "order_id": None, "order": None, "due_at": None}
SYSTEM = offer(**ABOUT_NONE, subject="mes", text="Source mes is silent.")


def test_a_notice_takes_thread_people_and_answers_from_its_offer() -> None:
    told = notice_of(offer(mention=("U1",), answers=("Acknowledged by ann.",)), 2, day(22), "C1|1")
    assert (told.thread, told.mention, told.answers, told.attempt) == ("C1|1", ("U1",), ("Acknowledged by ann.",), 2)
    assert (told.kind, told.subject, told.as_of) == (NoticeKind.BREACHED, ORDER, T0)
    assert notice_of(offer(), 1, day(22)).thread is None


def test_a_withdrawal_is_a_notice_of_its_own_kind() -> None:
    assert [kind_of(one) for one in (offer(), retraction())] == [NoticeKind.BREACHED, NoticeKind.RETRACTED]
    assert notice_of(retraction(), 1, day(22)).text.startswith("Withdrawn: ")


def test_a_notice_about_no_order_has_its_own_words() -> None:
    told = notice_of(SYSTEM, 1, day(22))
    assert (told.subject, told.order, told.text) == ("mes", None, "Source mes is silent.")


def test_the_words_are_those_of_now() -> None:
    early, late = (notice_of(offer(), 1, now).text for now in (day(22), day(29)))
    assert early != late
    assert item_for(offer(), day(29)).text == late


def test_the_line_of_a_digest_says_the_same() -> None:
    item = item_for(offer(stage="PACKAGING"), day(22))
    assert (item.notice_id, item.kind, item.order_id) == (offer().notice_id, NoticeKind.BREACHED, ORDER)
    assert (item.client, item.stage) == ("ACME GmbH", "PACKAGING")
    assert item_for(retraction(), day(22)).kind is NoticeKind.RETRACTED


def test_the_line_of_a_notice_about_no_order_is_its_words() -> None:
    item = item_for(SYSTEM, day(22))
    assert (item.order_id, item.text, item.late) == (None, "Source mes is silent.", 0)
