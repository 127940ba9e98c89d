"""`slamon notices`, and answers to them."""

import getpass
import json

import pytest

from tests.command_line import NOTICE, page, slamon
from tests.fakes.daemon import scripted_daemon

PATH = "/api/v1/notices"


def test_asks_with_its_filters() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, page("notices", [NOTICE]))
        ran = slamon("notices", "--url", daemon.url, "--order-id", "o-1", "--kind", "breached", "--kind", "at_risk")
        assert daemon.asked == [
            (PATH, [("order_id", "o-1"), ("kind", "breached"), ("kind", "at_risk"), ("limit", "50")])
        ]
    assert (ran.code, ran.err) == (0, "")
    assert "slack sent" in ran.out
    assert ran.out.splitlines()[-1] == "1 notices as of 2027-01-24 11:00Z"


def test_json_is_the_apis() -> None:
    with scripted_daemon() as daemon:
        answer = page("notices", [NOTICE])
        daemon.answer(PATH, answer)
        ran = slamon("notices", "--url", daemon.url, "--format", "json")
    assert json.loads(ran.out) == answer


def test_says_that_there_is_more() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, {**page("notices", [NOTICE], after="c"), "as_of": None})
        ran = slamon("notices", "--url", daemon.url, "--limit", "1")
    assert ran.out.splitlines()[-1] == "1 notices as of an unknown time, more with a greater --limit"


RECORD = {"notice_id": "n-1", "order_id": "o-1", "action": "snooze", "by": "ann", "until": "2027-01-31T09:00:00Z"}
LATER = "2027-01-31T09:00:00Z"


@pytest.mark.parametrize(
    ("command", "action", "stated"),
    [
        (["ack"], "acknowledge", {}),
        (["snooze", "--until", LATER], "snooze", {"until": LATER}),
        (["promise", "--promised-at", LATER], "promise", {"promised_at": LATER}),
        (["told", "--reason", "phoned"], "told", {"reason": "phoned"}),
        (["not-ours", "--order-id", "o-1"], "not_ours", {"order_id": "o-1"}),
    ],
)
def test_answers_are_posted(command: list[str], action: str, stated: dict[str, str]) -> None:
    with scripted_daemon() as daemon:
        daemon.answer(f"{PATH}/n-1/{action}", RECORD)
        first, *options = command
        ran = slamon("notices", first, "n-1", *options, "--by", "ann", "--url", daemon.url)
        assert daemon.posted == [(f"{PATH}/n-1/{action}", {"by": "ann", "via": "cli", **stated})]
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "snooze by ann for order o-1, 2027-01-31 09:00Z\n"


def test_who_answers_is_the_login_name_where_nothing_is_said() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(f"{PATH}/n 1/told", RECORD)
        ran = slamon("notices", "--url", daemon.url, "told", "n 1", "--format", "json")
        assert daemon.posted == [(f"{PATH}/n 1/told", {"by": getpass.getuser(), "via": "cli"})]
    assert json.loads(ran.out) == RECORD


@pytest.mark.parametrize(
    ("status", "code", "said"), [(404, 3, "notice n-1 is not known"), (422, 1, "until: no"), (503, 1, "until: no")]
)
def test_an_answer_that_is_not_taken(status: int, code: int, said: str) -> None:
    with scripted_daemon() as daemon:
        daemon.answer(f"{PATH}/n-1/snooze", {"error": "until: no"}, status)
        ran = slamon("notices", "snooze", "n-1", "--until", "x", "--url", daemon.url)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


def test_an_account_without_a_name_has_to_say_who_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise OSError("no name")

    monkeypatch.setattr(getpass, "getuser", nameless)
    ran = slamon("notices", "ack", "n-1")
    assert ran.code == 2
    assert "--by" in ran.err
