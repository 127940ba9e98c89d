"""The shapes of lag in the OpenAPI document are those of the answers."""

import json
from typing import Any

from slamon.web.openapi_lag import LAG_SCHEMAS
from tests.fakes.lag import Watched


def names(schema: str) -> set[str]:
    return set(LAG_SCHEMAS[schema]["properties"])


async def test_every_field_of_an_answer_is_described() -> None:
    watched = Watched()
    await watched.cycle()
    page: dict[str, Any] = json.loads(await watched.shown.page())
    group = watched.shown.group("mes")
    assert group is not None
    shapes = {
        "Lag": page,
        "Group": page["groups"][0],
        "TopicOfGroup": page["groups"][0]["topics"][0],
        "Partition": page["groups"][0]["topics"][0]["partitions"][0],
        "Topic": page["topics"][0],
        "GroupAnswer": group,
        "Evidence": watched.shown.explanation("mes"),
        "Incidents": watched.shown.incidents(),
        "Incident": watched.shown.incidents()["incidents"][0],
    }
    assert shapes.keys() == LAG_SCHEMAS.keys()
    assert {name: names(name) for name in shapes} == {name: set(shape or ()) for name, shape in shapes.items()}
