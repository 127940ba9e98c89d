"""`slamon notices`."""

import json

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
