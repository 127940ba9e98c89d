"""`slamon orders`."""

import json

from tests.command_line import ORDER, page, slamon
from tests.fakes.daemon import scripted_daemon

PATH = "/api/v1/orders"


def test_list_asks_with_its_filters() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, page("orders", [ORDER]))
        ran = slamon(
            *("orders", "list", "--url", daemon.url, "--verdict", "breached", "--verdict", "at_risk"),
            *("--status", "SUBMITTED", "--channel", "b2b", "--manager", "m-1", "--q", "acme"),
            *("--sort", "-overdue_seconds", "--limit", "20"),
        )
        assert daemon.asked == [
            (
                PATH,
                [
                    ("verdict", "breached"),
                    ("verdict", "at_risk"),
                    ("status", "SUBMITTED"),
                    ("channel", "b2b"),
                    ("manager_id", "m-1"),
                    ("q", "acme"),
                    ("sort", "-overdue_seconds"),
                    ("limit", "20"),
                ],
            )
        ]
    assert (ran.code, ran.err) == (0, "")
    assert "o-1" in ran.out
    assert ran.out.splitlines()[-1] == "1 orders as of 2027-01-24 11:00Z"


def test_list_as_json_is_the_apis() -> None:
    with scripted_daemon() as daemon:
        answer = page("orders", [ORDER], after="c1")
        daemon.answer(PATH, answer)
        ran = slamon("orders", "list", "--url", daemon.url, "--limit", "1", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == answer


def test_list_says_that_there_is_more() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(PATH, page("orders", [ORDER], after="c1"))
        ran = slamon("orders", "list", "--limit", "1", env={"SLAMON_URL": daemon.url})
    assert ran.out.splitlines()[-1].endswith("more with a greater --limit")


def test_show() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(f"{PATH}/o-1", {**ORDER, "as_of": "2027-01-24T11:00:00Z", "client_name": "A\x1b[31m"})
        ran = slamon("orders", "show", "o-1", "--url", daemon.url)
    assert (ran.code, ran.err) == (0, "")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "verdict breached" in lines
    assert "late 2d 2h late" in lines
    assert "systems shop: SUBMITTED, mes: -" in lines
    assert "client A [31m" in lines
    assert "2027-01-01 10:00Z repeated shop says SUBMITTED again" in lines
    assert "SUBMITTED → PRICE_CALCULATED operator mes 2027-01-01 09:00Z open 23d 2h 30m" in lines
    assert "\x1b" not in ran.out


def test_show_what_diverges_and_what_holds() -> None:
    apart = {"system": "crm", "kind": "lost", "status": None, "expected": "MANUFACTURING_APPROVED"}
    apart |= {"since": "2027-01-02T09:00:00Z", "hop": "mes->crm"}
    held = [
        {"from": "2027-01-03T09:00:00Z", "to": "2027-01-04T09:00:00Z", "reason": "no file"},
        {"from": "2027-01-05T09:00:00Z", "to": None, "reason": None},
    ]
    with scripted_daemon() as daemon:
        daemon.answer(f"{PATH}/o-1", {**ORDER, "divergences": [apart], "holds": held, "stages": [], "oddities": []})
        ran = slamon("orders", "show", "o-1", "--url", daemon.url)
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert "crm lost - MANUFACTURING_APPROVED 2027-01-02 09:00Z mes->crm" in lines
    assert "2027-01-03 09:00Z 2027-01-04 09:00Z no file" in lines
    assert "2027-01-05 09:00Z open -" in lines


def test_show_an_order_of_which_little_is_known() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(f"{PATH}/o-2", {"order_id": "o-2", "promise": None, "stages": []})
        ran = slamon("orders", "show", "o-2", "--url", daemon.url)
    assert ran.code == 0
    assert "status -" in [" ".join(line.split()) for line in ran.out.splitlines()]


def test_show_as_json_is_the_apis() -> None:
    with scripted_daemon() as daemon:
        daemon.answer(f"{PATH}/o-1", ORDER)
        ran = slamon("orders", "show", "o-1", "--url", daemon.url, "--format", "json")
    assert json.loads(ran.out) == ORDER


def test_show_what_is_not_there() -> None:
    with scripted_daemon() as daemon:
        ran = slamon("orders", "show", "o-9", "--url", daemon.url)
        assert ran == (3, "", f"order o-9 is not known at {daemon.url}\n")


def test_no_daemon() -> None:
    ran = slamon("orders", "list", "--url", "http://127.0.0.1:1")
    assert (ran.code, ran.out) == (1, "")
    assert "is `slamon run` up" in ran.err
