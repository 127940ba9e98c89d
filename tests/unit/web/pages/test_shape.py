from slamon.sla.explained import explanation_json
from slamon.sla.explaining import explanation
from slamon.sla.standing import order_json, order_report
from slamon.web.pages.shape import whole_explanation, whole_notice, whole_order
from tests.builders import BOOK, ORDER, day, entries, order_event


def test_an_order_that_the_core_writes_is_whole_already() -> None:
    report = order_report(ORDER, entries(order_event()), day(1), BOOK)
    order, told = order_json(report), explanation_json(explanation(report))
    assert whole_order(order) == {"as_of": None, **order}
    assert whole_explanation(told) == {**told, "forecast": None, "blocked": None}


def test_gaps_are_filled_with_nothing() -> None:
    order = whole_order({"order_id": "o", "promise": {"due_at": "x"}, "forecast": {"finish_at": "y"}})
    assert (order["stages"], order["next_step"], order["verdict"]) == ([], None, "unknown")
    assert order["promise"] == {"started_at": None, "original_due_at": None, "due_at": "x", "revisions": 0}
    assert order["forecast"] == {"finish_at": "y", "probability_late": None, "suggested_due_at": None}
    assert whole_order({"promise": None})["promise"]["due_at"] is None
    told = whole_explanation({"policy": {"name": "rush"}})
    assert (told["events"], told["policy"]["name"], told["policy"]["calendar"]["name"]) == ([], "rush", None)


def test_a_notice_has_deliveries_and_answers_even_where_nobody_knows_of_any() -> None:
    notice = whole_notice({"notice_id": "n", "deliveries": [{"receiver": "slack"}], "answers": [{"by": "Ann"}]})
    assert notice["deliveries"] == [
        {"receiver": "slack", "state": None, "attempts": 0, "sent_at": None, "error": None, "digest_id": None}
    ]
    assert (notice["answers"][0]["by"], notice["answers"][0]["until"]) == ("Ann", None)
    assert (whole_notice({})["answers"], whole_notice({"answers": None})["answers"]) == ([], [])
