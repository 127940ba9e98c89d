from pathlib import Path

import pytest
from aiohttp import web

from slamon.web.openapi import document
from slamon.web.query import NOTICE_PARAMETERS, ORDER_PARAMETERS
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


def test_the_reference_page_names_every_path_and_parameter() -> None:
    text = PAGE.read_text("utf-8")
    for path in document("1")["paths"]:
        assert f"`GET {path}`" in text
    for name in {*ORDER_PARAMETERS, *NOTICE_PARAMETERS}:
        assert f"`{name}`" in text
