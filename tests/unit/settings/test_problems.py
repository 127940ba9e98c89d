"""Problems as one line of text."""

import pytest

from slamon.settings.problems import Places, dotted
from tests.configurations import problems_beside

PLACES = Places(
    "f.yaml", {(): 1, ("a",): 3, ("a", "b"): 4, ("l", 0): 7}, {("v",): "SLAMON_V", ("v", "w"): "SLAMON_V__W"}
)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("a", "b"), "f.yaml:4: a.b: wrong"),
        (("a", "missing"), "f.yaml:3: a.missing: wrong"),
        (("missing",), "f.yaml:1: missing: wrong"),
        (("l", 0, "x"), "f.yaml:7: l.0.x: wrong"),
        ((), "f.yaml:1: wrong"),
        (("v",), "SLAMON_V: wrong"),
        (("v", "x", 1), "SLAMON_V: x.1: wrong"),
        (("v", "w"), "SLAMON_V__W: wrong"),
    ],
)
def test_tells_where(path: tuple[str | int, ...], text: str) -> None:
    assert PLACES.tell(path, "wrong").text == text


def test_lines_come_in_order_and_variables_last() -> None:
    found = [PLACES.tell(path, "wrong") for path in (("v",), ("l", 0), ("a", "b"), ())]
    assert [problem.text for problem in sorted(found)] == [
        "f.yaml:1: wrong",
        "f.yaml:4: a.b: wrong",
        "f.yaml:7: l.0: wrong",
        "SLAMON_V: wrong",
    ]


def test_keys_that_would_break_the_line_are_quoted() -> None:
    assert dotted(("a", "b-c", 0, "two words", "x\ny", "d.e")) == 'a.b-c.0."two words"."x\\ny"."d.e"'
    assert len(dotted(("x" * 1000 + " ",))) <= 200


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("web: {port: null}", "web.port: is null, allowed is a whole number from 0 to 65535"),
        ("web: {port: []}", "web.port: is a list, allowed is a whole number from 0 to 65535"),
        ("web: {port: {}}", "web.port: is a mapping, allowed is a whole number from 0 to 65535"),
        ("web: {host: 1}", "web.host: is a number, allowed is a host name or an address"),
        ("web: {port: 1.5}", "web.port: is a number, allowed is a whole number from 0 to 65535"),
        ("log: {level: 1}", "log.level: is a number, allowed are debug, info, warning, error"),
        (
            "sla: {promise: {stop: SHIPPED}}",
            "sla.promise.stop: is text, allowed is a list of at least one status of",
        ),
        (
            "sla: {promise: {stop: []}}",
            "sla.promise.stop: has too few items, allowed is a list of at least one",
        ),
        ("sla: []", "sla: is a list, allowed is a mapping with promise, stages,"),
        (
            'notify: {webhooks: {"a b": {url: "http://a"}}}',
            'notify.webhooks."a b": the key is not of the right form',
        ),
    ],
)
def test_says_what_is_wrong_and_what_is_allowed(line: str, problem: str) -> None:
    found = problems_beside(line + "\n")
    assert len(found) == 1
    assert found[0].startswith(f"slamon.yaml:3: {problem}")
