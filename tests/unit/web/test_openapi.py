import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from slamon.lag.held_up import Queues
from slamon.lag.waiting import Wait
from slamon.notices.standstill import standstill
from slamon.sla.causes import Cause, Interval
from slamon.sla.explained import Effect, explanation_json
from slamon.sla.explaining import explanation
from slamon.sla.standing import order_json, order_report
from slamon.web.openapi import document
from slamon.web.query import INCIDENT_PARAMETERS, NOTICE_PARAMETERS, ORDER_PARAMETERS
from tests.builders import BOOK, ORDER, day, entries, order_event, promised
from tests.fakes.orders_api import FakeWorker, notice_head, order_head
from tests.fakes.sites import Served

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "http-api.md"


def paths(app: web.Application) -> set[str]:
    return {resource.canonical for resource in app.router.resources()} - {"/-/peer"}


def test_it_describes_exactly_the_paths_that_exist() -> None:
    assert set(document("1")["paths"]) == paths(Served(FakeWorker()).app)


def test_parameters_are_those_that_the_parser_takes() -> None:
    described = document("1")["paths"]
    for path, wanted in (("/api/v1/orders", ORDER_PARAMETERS), ("/api/v1/notices", NOTICE_PARAMETERS)):
        assert {one["name"]: one["description"] for one in described[path]["get"]["parameters"]} == wanted


def test_every_reference_leads_somewhere() -> None:
    described = document("1")
    schemas = described["components"]["schemas"]

    def follow(part: object) -> None:
        if isinstance(part, dict):
            if "$ref" in part:
                assert part["$ref"].removeprefix("#/components/schemas/") in schemas
            for value in part.values():
                follow(value)
        elif isinstance(part, list):
            for value in part:
                follow(value)

    follow(described)


@pytest.mark.parametrize("name", ["orders", "notices", "summary"])
async def test_answers_have_the_fields_described(name: str) -> None:
    async with Served(FakeWorker([order_head("o")], [notice_head("o", 1)])) as served:
        answer = await served.get(f"/api/v1/{name}")
        assert await served.get("/api/v1/openapi.json") == document("1.2.3")
    assert set(answer) == set(document("1")["components"]["schemas"][name.title()]["properties"])


BLOCKED = standstill(
    [Interval(0, 1, Cause.WORK, None, None)],
    ORDER,
    Queues(1, complete=True, waits={ORDER: [Wait("mes", "a", 0, 7, 0, 0)]}),
    "slamon",
    1,
)


def test_an_order_and_its_explanation_have_the_fields_described() -> None:
    finished = [
        order_event(),
        order_event("PRICE_CALCULATED", day(1), system="mes"),
        promised(day(9), day(2)),
        order_event("SUBMITTED", day(3)),
        order_event("SHIPPED", day(4), system="mes"),
    ]
    report = order_report(ORDER, entries(*finished), day(5), BOOK)
    told = explanation_json(explanation(report)) | {"forecast": None, "blocked": BLOCKED}
    assert all(told[rows] for rows in ("causes", "intervals", "promises", "oddities"))
    for name, shape in (("Order", order_json(report)), ("Explanation", told)):
        conforms({"as_of": None, "forecast": None, **shape}, name)


def conforms(value: object, name: str) -> None:
    """Compare names of fields with a schema and all that it refers to; none may be missing, none be more."""
    compare(value, document("1")["components"]["schemas"][name])


def compare(value: object, schema: dict[str, Any]) -> None:
    if "$ref" in schema:
        conforms(value, schema["$ref"].rpartition("/")[2])
    elif isinstance(value, list):
        for item in value:
            compare(item, schema["items"])
    elif isinstance(value, dict) and "properties" in schema:
        assert set(value) == set(schema["properties"])
        for key, item in value.items():
            compare(item, schema["properties"][key])
    elif "enum" in schema:
        assert value in schema["enum"]


def test_the_reference_page_names_every_path_and_parameter() -> None:
    text = PAGE.read_text("utf-8")
    for path, methods in document("1")["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path}`" in text
    for name in {*ORDER_PARAMETERS, *NOTICE_PARAMETERS, *INCIDENT_PARAMETERS}:
        assert f"`{name}`" in text


def test_the_reference_page_explains_every_word_of_an_explanation() -> None:
    chapter = PAGE.read_text("utf-8").partition("## Explain\n")[2].partition("\n## ")[0]
    schemas = document("1")["components"]["schemas"]
    fields = {name for schema in ("Explanation", "Interval", "Statement") for name in schemas[schema]["properties"]}
    told = set(re.findall(r"\w+", chapter))
    assert {*fields, *Cause, *Effect} - told == set()
