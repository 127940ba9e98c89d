"""The comparison finds what is missing and what is too much, and forgives only what the contract allows."""

from slamon.demo.compare import (
    Comparison,
    Evidence,
    Row,
    Sent,
    compare,
    compare_notices,
    delays,
    dues_of,
    from_webhook,
)
from slamon.demo.script import DeadLetter, Episode
from slamon.demo.story import Due, Kind

AT_RISK = Due("A-1", Kind.AT_RISK, 10, 20)
BREACHED = Due("A-1", Kind.BREACHED, 20, 20)
BREACHED_AGAIN = Due("A-1", Kind.BREACHED, 40, 40)


def call(due: Due, *, notice_id: str | None = None, at: int = 0) -> Sent:
    return Sent(notice_id or f"{due.order_id} {due.kind} {due.due_at}", due.order_id, str(due.kind), at)


def row_of(rows: tuple[Row, ...], what: str) -> Row:
    return next(row for row in rows if row.what == what)


def test_the_same_on_both_sides_agrees() -> None:
    rows = compare_notices([AT_RISK, BREACHED], {"Slack": [call(BREACHED), call(AT_RISK)]})
    assert rows == (Row("at_risk", 1, {"Slack": 1}), Row("breached", 1, {"Slack": 1}))
    assert all(row.agrees for row in rows)


def test_what_one_receiver_lacks_is_named() -> None:
    rows = compare_notices([BREACHED], {"Slack": [call(BREACHED)], "webhook": []})
    assert rows == (Row("breached", 1, {"Slack": 1, "webhook": 0}, missing=("A-1 (webhook)",)),)


def test_what_nobody_asked_for_is_named() -> None:
    rows = compare_notices([], {"Slack": [call(BREACHED)]})
    assert rows == (Row("breached", 0, {"Slack": 1}, unexpected=("A-1 (Slack)",)),)
    assert not rows[0].agrees


def test_two_dates_of_an_order_are_two_notices() -> None:
    one = compare_notices([BREACHED, BREACHED_AGAIN], {"Slack": [call(BREACHED)]})
    two = compare_notices([BREACHED, BREACHED_AGAIN], {"Slack": [call(BREACHED), call(BREACHED_AGAIN)]})
    assert (one[0].missing, two[0].missing) == (("A-1 (Slack)",), ())


def test_a_repeat_with_the_same_id_is_one_notice_and_with_another_is_two() -> None:
    again = compare_notices([BREACHED], {"Slack": [call(BREACHED), call(BREACHED)]})
    other = compare_notices([BREACHED], {"Slack": [call(BREACHED), call(BREACHED, notice_id="other")]})
    assert again[0].agrees
    assert other[0].unexpected == ("A-1 (Slack)",)


def test_void_orders_count_nowhere() -> None:
    rows = compare_notices([AT_RISK], {"Slack": [call(BREACHED)]}, void=frozenset({"A-1"}))
    assert rows == ()


def an_episode(*dues: Due, letters: tuple[DeadLetter, ...] = (), unknown: int = 0) -> Episode:
    return Episode(0, "any", "A-1", (), dues, letters, unknown)


LETTER = DeadLetter("shop.orders", b"<xml>", "not JSON")


def test_dead_letters_are_known_by_their_bytes() -> None:
    episodes = [an_episode(letters=(LETTER,))]
    right = compare(episodes, Evidence({}, [("shop.orders", b"<xml>")], 0))
    wrong = compare(episodes, Evidence({}, [("shop.orders", b"<xm>")], 0))
    assert right.agrees
    assert row_of(wrong.rows, "dead letters").missing == ("not JSON in shop.orders",)
    assert row_of(wrong.rows, "dead letters").unexpected == ("b'<xm>' in shop.orders",)


def test_unknown_statuses_are_counted() -> None:
    episodes = [an_episode(unknown=2), an_episode(unknown=1)]
    assert compare(episodes, Evidence({}, [], 3)).agrees
    assert len(row_of(compare(episodes, Evidence({}, [], 1)).rows, "unknown statuses").missing) == 2
    assert len(row_of(compare(episodes, Evidence({}, [], 4)).rows, "unknown statuses").unexpected) == 1


def test_the_whole_says_whether_it_agrees_and_names_the_orders_in_question() -> None:
    episodes = [an_episode(AT_RISK, BREACHED)]
    comparison = compare(episodes, Evidence({"Slack": [call(BREACHED)]}, [], 0))
    assert (comparison.agrees, comparison.complete) == (False, False)
    assert "A-1" in comparison.named
    assert list(dues_of(episodes)) == [AT_RISK, BREACHED]


def test_too_much_is_complete_but_does_not_agree() -> None:
    comparison = compare([an_episode()], Evidence({"Slack": [call(BREACHED)]}, [], 0))
    assert (comparison.agrees, comparison.complete) == (False, True)


def test_void_orders_and_repeats_are_told() -> None:
    evidence = Evidence({"Slack": [call(BREACHED), call(BREACHED)]}, [], 0, frozenset({"A-9", "A-3"}))
    comparison = compare([an_episode(BREACHED)], evidence)
    assert (comparison.void, comparison.repeats) == (("A-3", "A-9"), 1)
    assert isinstance(comparison, Comparison)


def test_delays_pair_notices_of_a_kind_in_their_order() -> None:
    calls = [call(BREACHED_AGAIN, at=41), call(BREACHED, at=23), call(BREACHED, at=99)]
    assert delays([BREACHED_AGAIN, BREACHED, AT_RISK], calls) == [1, 3]


def test_digests_must_tell_what_slamon_says_they_told() -> None:
    def of(said: int, inside: int) -> Row:
        evidence = Evidence({}, [], 0, digests={"d-1": (said, inside), "d-2": (4, 4)})
        return row_of(compare([], evidence).rows, "told by 2 digests")

    assert of(3, 3) == Row("told by 2 digests", 7, {"Slack": 7})
    assert (of(2, 3).missing, of(2, 3).unexpected) == (("d-1",), ())
    assert (of(5, 3).missing, of(5, 3).unexpected) == ((), ("d-1", "d-1"))


def test_without_digests_nothing_is_said_of_them() -> None:
    assert [row.what for row in compare([], Evidence({}, [], 0)).rows] == ["dead letters", "unknown statuses"]


def test_webhook_rows_are_read_by_their_body() -> None:
    body = {"notice_id": "n-1", "subject": "A-1", "kind": "breached", "text": "…"}
    rows = [{"at": "1970-01-01T00:00:01Z", "accepted": accepted, "request": body} for accepted in (True, False)]
    assert from_webhook(rows) == [Sent("n-1", "A-1", "breached", 1_000_000)]
