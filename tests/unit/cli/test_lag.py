"""`slamon lag` and `slamon incidents`."""

import json
from typing import Any

import pytest

from tests.command_line import Ran, slamon
from tests.fakes.daemon import scripted_daemon
from tests.fakes.lag import Watched

LAG = "/api/v1/lag"
INCIDENTS = "/api/v1/incidents"


async def watched() -> Watched:
    """What the daemon would say: `mes` is an hour late."""
    found = Watched()
    await found.cycle()
    await found.cycle()
    return found


def plain(answer: object) -> Any:
    return json.loads(json.dumps(answer))


def ran(path: str, answer: object, *words: str, query: list[tuple[str, str]] | None = None) -> Ran:
    with scripted_daemon() as daemon:
        daemon.answer(path, answer)
        found = slamon(*words, "--url", daemon.url)
        assert daemon.asked == [(path, query or [])]
    return found


def lines(out: str) -> list[str]:
    return [" ".join(line.split()) for line in out.splitlines() if line.strip()]


async def test_all_groups() -> None:
    page = json.loads(await (await watched()).shown.page())
    found = ran(LAG, page, "lag")
    assert (found.code, found.err) == (0, "")
    head, row, foot = lines(found.out)
    assert head == "group status since lag oldest unread clears in members orders"
    assert row.startswith("mes FALLING_BEHIND 2026-")
    assert row.endswith(" 2 1h 30s - 1 -")
    assert foot.startswith("1 groups as of 2026-")


async def test_topics_and_json() -> None:
    page = json.loads(await (await watched()).shown.page())
    assert lines(ran(LAG, page, "lag", "--topics").out)[1].split()[:3] == ["a", "OK", "3"]
    assert json.loads(ran(LAG, page, "lag", "--format", "json").out) == page


async def test_what_is_incomplete_is_said_on_stderr() -> None:
    page = json.loads(await (await watched()).shown.page()) | {"complete": False}
    assert ran(LAG, page, "lag").err == "not every broker answered: some of it is unknown\n"


async def test_one_group() -> None:
    group = plain((await watched()).shown.group("mes"))
    found = lines(ran(f"{LAG}/mes", group, "lag", "mes").out)
    assert found[:2] == ["group mes", "status FALLING_BEHIND"]
    assert {"lag 2", "oldest unread 1h 30s", "state stable"} <= set(found)
    assert "a 0 1 3 2 1h 30s FALLING_BEHIND -" in found
    assert json.loads(ran(f"{LAG}/mes", group, "lag", "mes", "--format", "json").out) == group


async def test_the_evidence() -> None:
    told = plain((await watched()).shown.explanation("mes"))
    found = lines(ran(f"{LAG}/mes/explain", told, "lag", "explain", "mes").out)
    assert found[0] == "group mes"
    assert "by rule 7" in found
    assert any(line.startswith("a/0 FALLING_BEHIND: lag 3 - 1 = 2") for line in found)
    assert any(line.startswith("rule 7 FALLING_BEHIND decides lag 2, is_late true") for line in found)
    assert json.loads(ran(f"{LAG}/mes/explain", told, "lag", "explain", "mes", "--format", "json").out) == told


async def test_a_group_called_explain_can_be_explained() -> None:
    told = plain((await watched()).shown.explanation("mes"))
    assert ran(f"{LAG}/explain/explain", told, "lag", "explain", "explain").code == 0


@pytest.mark.parametrize("words", [("lag", "nobody"), ("lag", "explain", "nobody"), ("lag",), ("incidents",)])
def test_what_is_not_there_is_3(words: tuple[str, ...]) -> None:
    with scripted_daemon() as daemon:
        found = slamon(*words, "--url", daemon.url)
    assert (found.code, found.out) == (3, "")
    assert "lag is not watched" in found.err


@pytest.mark.parametrize("words", [("explain",), ("a", "b"), ("explain", "a", "b")])
def test_what_is_no_question_is_2(words: tuple[str, ...]) -> None:
    found = slamon("lag", *words, "--url", "http://127.0.0.1:9")
    assert (found.code, found.out) == (2, "")


def test_nobody_there_is_1() -> None:
    assert slamon("lag", "--url", "http://127.0.0.1:9").code == 1


async def test_incidents() -> None:
    said = plain((await watched()).shown.incidents())
    found = ran(INCIDENTS, said, "incidents", query=[("limit", "50")])
    assert found.code == 0
    row = lines(found.out)[1]
    assert "lasts" in row
    assert "lag mes FALLING_BEHIND a/0 at 1 - - " in row
    assert row.endswith(said["incidents"][0]["incident_id"])
    query = [("subject", "mes"), ("kind", "lag"), ("open", "false"), ("limit", "5")]
    words = ("incidents", "--subject", "mes", "--kind", "lag", "--ended", "--limit", "5", "--format", "json")
    assert json.loads(ran(INCIDENTS, said, *words, query=query).out) == said
