from typing import Any

import pytest

from slamon.orders.event import EventType, OrderEvent
from slamon.sla.explained import explanation_json
from slamon.sla.explaining import explanation
from slamon.sla.standing import order_json, order_report
from slamon.web.pages.order import MOST_ROWS, Told, newest, order_page
from tests.builders import BOOK, ORDER, day, entries, order_event, promised, told
from tests.pages import NASTY, Read

NAMES: dict[str, Any] = {"client_id": "c-1", "client_name": "Ann & Sons", "manager_id": "m-1", "channel": "shop"}
STORY = (
    order_event(**NAMES),
    order_event("PRICE_CALCULATED", day(0.1), system="mes"),
    promised(day(20), day(1), actor="anna"),
    told(EventType.HOLD, day(2), reason="a new drawing"),
    told(EventType.RELEASE, day(5)),
    order_event("MANUFACTURING_APPROVED", day(6), system="crm"),
    order_event("MANUFACTURING_STARTED", day(9), system="mes"),
    promised(day(26), day(19), reason="no metal"),
)
NOTICE: dict[str, Any] = {
    "notice_id": "n-1",
    "kind": "breached",
    "order_id": ORDER,
    "stage": None,
    "due_at": "2026-03-28T09:00:00Z",
    "at": "2026-03-28T09:00:00Z",
    "standing": True,
    "retracts": None,
    "text": "Order o-1 is 4 days late.",
    "deliveries": [
        {"receiver": "slack", "state": "sent", "attempts": 1, "sent_at": "2026-03-28T09:00:03Z", "error": None},
        {"receiver": "erp", "state": "failed", "attempts": 7, "sent_at": None, "error": "410 Gone", "digest_id": "d-1"},
    ],
}
ANSWER: dict[str, Any] = {
    "action": "promise",
    "by": "Anna",
    "at": "2026-03-29T08:00:00Z",
    "promised_at": "2026-04-03T12:00:00Z",
    "reason": "metal comes on Thursday",
    "via": "slack",
}


def known(*events: OrderEvent, at: int = day(30), **fields: Any) -> Told:
    report = order_report(ORDER, entries(*events), at, BOOK)
    as_of = {"as_of": "2026-04-01T09:00:00Z"}
    order = as_of | order_json(report) | fields.pop("order", {})
    explained = as_of | explanation_json(explanation(report)) | fields.pop("explanation", {})
    return Told(order, explained, fields.pop("notices", []), **fields)


def read(*events: OrderEvent, **fields: Any) -> Read:
    return Read(order_page(known(*events, **fields), ".."))


def test_the_head_says_where_it_stands_and_whose_move_it_is() -> None:
    page = read(*STORY)
    assert page.title == "o-1: 4 days late – slamon"
    for words in (
        "Order o-1 Breached 4 days late As of 1 Apr 2026, 09:00 UTC.",
        "Promised 28 Mar 2026, 09:00 UTC moved once, at first 22 Mar 2026, 09:00 UTC",
        "Stands at MANUFACTURING_STARTED since 11 Mar 2026, 09:00 UTC",
        "Whose move mes to bring it to MANUFACTURING_COMPLETED",
        "Client Ann & Sons c-1",
        "Manager m-1",
        "Channel shop",
    ):
        assert words in page.text
    assert {"../orders?client_id=c-1", "../orders?manager_id=m-1", "../orders?channel=shop"} <= set(page.links)


def test_every_part_of_the_story_is_there() -> None:
    page = read(*STORY, notices=[NOTICE])
    for words in (
        "crm MANUFACTURING_APPROVED last heard 21 Mar 2026, 09:00 UTC",
        "2 Mar 2026, 09:00 UTC shop says SUBMITTED",
        "crm promises 22 Mar 2026, 09:00 UTC – the first date that counted; by anna",
        "crm put it on hold – a new drawing",
        "nothing for 10 days",
        "The promised date passes",
        "Notice: breached",
        "nothing was heard since, for 11 days",
        "Holds 4 Mar 2026, 09:00 UTC – 7 Mar 2026, 09:00 UTC: a new drawing",
        "First promised 22 Mar 2026, 09:00 UTC",
        "21 Mar 2026, 09:00 UTC 28 Mar 2026, 09:00 UTC crm took the place of the date in force no metal",
        "SUBMITTED → PRICE_CALCULATED mes",
        "2 hours 24 minutes Overdue 30 minutes until 2 Mar 2026, 09:30 UTC",
        "still in it 21 days Overdue",
        "In work: mes 21 days 2 hours 70 %",
        "On hold: a new drawing 3 days 10 %",
        "mes: MANUFACTURING_STARTED",
    ):
        assert words in page.text, words
    assert {"story", "promise", "stages", "why", "notices", "explain", "notice-n-1"} <= set(page.ids)
    assert "#notice-n-1" in page.links


def test_a_notice_shows_what_was_done_about_it() -> None:
    page = read(*STORY, notices=[NOTICE | {"answers": [ANSWER]}])
    assert "Breached 28 Mar 2026, 09:00 UTC, about 28 Mar 2026, 09:00 UTC Order o-1 is 4 days late." in page.text
    assert "slack sent, 28 Mar 2026, 09:00 UTC" in page.text
    assert "erp failed, 7 attempts, in digest d-1 410 Gone" in page.text
    assert "Anna gave a new promise, 29 Mar 2026, 08:00 UTC: 3 Apr 2026, 12:00 UTC" in page.text
    assert "12:00 UTC – metal comes on Thursday by way of slack" in page.text


def test_a_withdrawn_notice_says_so() -> None:
    gone = NOTICE | {"standing": False, "deliveries": []}
    back = NOTICE | {"notice_id": "n-2", "kind": "retracted", "standing": False, "retracts": "n-1"}
    page = read(*STORY, notices=[back, gone])
    assert "Breached Does not stand any more" in page.text
    assert "Nobody was to be told." in page.text
    assert "Retracted 28 Mar" in page.text
    assert "withdraws an earlier notice" in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"divergences": "behind"}, "Behind: mes stands at SUBMITTED and has not reported SHIPPED, since 3 Mar 2026"),
        ({"truncated": True}, "More was said about this order than is kept"),
        ({"forecast": {"finish_at": None}}, "Forecast too little is known of such orders"),
        ({"forecast": "known"}, "72 % likely to be late; 9 Apr 2026, 09:00 UTC would be kept with 90 %"),
        ({"holds": "lasting"}, "On hold since 4 Mar 2026, 09:00 UTC: paper ."),
        ({"oddities": "some"}, "Odd about it 4 Mar 2026, 09:00 UTC: unknown status – mes says X"),
        ({"manager_id": None}, "Manager nobody"),
    ],
)
def test_what_is_special_about_an_order(fields: dict[str, Any], words: str) -> None:
    known_rows: dict[str, Any] = {
        "behind": [
            {
                "system": "mes",
                "kind": "behind",
                "status": "SUBMITTED",
                "expected": "SHIPPED",
                "since": "2026-03-03T09:00:00Z",
                "hop": "crm->mes",
            }
        ],
        "known": {
            "finish_at": "2026-04-05T09:00:00Z",
            "probability_late": 0.72,
            "suggested_due_at": "2026-04-09T09:00:00Z",
            "basis": "learnt",
        },
        "lasting": [{"from": "2026-03-04T09:00:00Z", "to": None, "reason": "paper"}],
        "some": [{"at": "2026-03-04T09:00:00Z", "kind": "unknown_status", "text": "mes says X"}],
    }
    order = {name: known_rows[value] if isinstance(value, str) else value for name, value in fields.items()}
    assert words.replace(" .", ".") in read(*STORY, order=order).text


def test_a_finished_order_waits_for_nobody() -> None:
    page = read(*STORY, order_event("SHIPPED", day(27), system="mes"))
    assert "Broken Finished 1 day late" in page.text
    assert "Finished 29 Mar 2026, 09:00 UTC took 27 days; late by the first date" in page.text
    assert "Whose move" not in page.text
    assert "nothing was heard since" not in page.text


def test_a_cart_has_nothing_to_explain() -> None:
    page = read(order_event("INITIATED"))
    for words in (
        "Not started No date promised",
        "Promised no date",
        "Clock started not yet",
        "Nobody has promised a date.",
        "It has entered no stage yet.",
        "there is no time to explain",
        "there is nothing to explain",
        "slamon had nothing to say about this order yet.",
        "Manager nobody",
    ):
        assert words in page.text, words


def test_where_no_stage_tells_since_when_it_stands_there_the_intervals_do() -> None:
    page = read(*STORY, order_event("PACKAGING", day(28), system=None))
    assert "Stands at PACKAGING since 30 Mar 2026, 09:00 UTC" in page.text
    assert "nothing was heard since, for 2 days" in page.text


def test_a_date_that_follows_from_the_terms() -> None:
    assert "Nobody stated a date: it follows from the terms." in read(order_event()).text


def test_what_could_not_be_asked_is_said() -> None:
    whole = known(*STORY)
    page = Read(order_page(Told(whole.order, None, [], notices_complete=False), ".."))
    assert "The worker that would explain it can't be asked just now." in page.text
    assert "Who promised what can't be asked just now." in page.text
    assert "Not all notices of this order could be asked for." in page.text
    assert "Nothing is known of what was said." not in page.text  # the clock's own moments are
    assert "slamon had nothing to say" not in page.text
    assert "../orders/o-1#explain" in page.links


def test_an_answer_without_details_is_a_page_all_the_same() -> None:
    page = Read(order_page(Told({"order_id": "o-1"}, {}, []), ".."))
    assert "Nothing is known of what was said." in page.text
    assert "How fresh this is, is not known" in page.text


def test_links_of_every_kind_of_id() -> None:
    def links(order_id: str) -> set[str]:
        return set(Read(order_page(Told({"order_id": order_id}, {}, []), "..")).links)

    assert {"../api/v1/orders/a%2Fb", "../api/v1/orders/a%2Fb/explain", "../api/v1/notices?order_id=a%2Fb"} <= links(
        "a/b"
    )
    assert {"../api/v1/orders?q=..", "../api/v1/notices?order_id=.."} <= links("..")


def test_of_long_lists_the_newest_are_shown() -> None:
    assert (list(newest([1, 2, 3], 2).rows), newest([1, 2, 3], 2).left_out) == ([2, 3], 1)
    notices = [NOTICE | {"notice_id": f"n-{number}"} for number in range(MOST_ROWS + 7)]
    page = read(*STORY, notices=notices)
    assert "7 earlier notices are left out here" in page.text
    assert sum(name.startswith("notice-") for name in page.ids) == MOST_ROWS


@pytest.mark.parametrize("nasty", [name for name in NASTY if name != "\ud800"])
def test_nasty_texts_are_inert_wherever_they_stand(nasty: str) -> None:
    def page(text: str) -> Read:
        names: dict[str, Any] = dict.fromkeys(
            ("client_id", "client_name", "manager_id", "channel", "actor", "reason"), text
        )
        events = [order_event(**names), order_event(text, day(1), system=text), promised(day(9), day(2), **names)]
        events += [told(EventType.HOLD, day(3), **names)]
        apart = {"system": text, "kind": "behind", "status": text, "expected": text, "since": text, "hop": text}
        delivery = {"receiver": text, "state": text, "attempts": 2, "error": text, "digest_id": text}
        answer = ANSWER | {"by": text, "reason": text, "via": text, "action": text}
        told_of = {"notice_id": text, "text": text, "stage": text, "deliveries": [delivery], "answers": [answer]}
        step = {"status": text, "system": text, "role": text}
        changed = {"order_id": text, "divergences": [apart], "next_step": step, "status": text}
        return read(*events, order=changed, notices=[NOTICE | told_of])

    told_page, plain = page(nasty), page("x")
    assert told_page.tags - {"wbr"} == plain.tags - {"wbr"}
    assert {name for name, _ in told_page.attributes} == {name for name, _ in plain.attributes}
    assert all(link.startswith(("../", "#")) for link in told_page.links)
    assert not set("\x00\x1b\u202e\u2066\u200b\u2028") & set(told_page.text)


def test_what_holds_the_order_now_is_said() -> None:
    """In the queue's words, escaped like all that comes from outside; nothing where it is not known."""
    blocked = {"cause": "queue", "text": f"Waiting behind group {NASTY[0]} since 1 Apr 2026, 09:00 UTC."}
    assert f"Waiting behind group {NASTY[0]} since" in read(*STORY, explanation={"blocked": blocked}).text
    for silent in (None, {"cause": "queue", "text": ""}):
        assert "Waiting behind" not in read(*STORY, explanation={"blocked": silent}).text
