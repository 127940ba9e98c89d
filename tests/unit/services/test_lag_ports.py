"""The view after a cycle, as JSON."""

from slamon.lag.incidents import Incident
from slamon.lag.troubles import TroubleKind
from slamon.lag.verdict import LagStatus, Level
from slamon.services.lag_ports import LagView
from tests.builders import HOUR, MINUTE, T0
from tests.fakes.lag import Watched


def incident(own_id: str, ended_at: int | None = None) -> Incident:
    late = LagStatus.STUCK, Level.WARN, Level.WARN
    return Incident(own_id, "shop", "mes", TroubleKind.LAG, T0, T0, *late, MINUTE, ended_at=ended_at)


async def test_what_is_known_as_json() -> None:
    page = (await Watched().cycle()).json()
    assert [group["group"] for group in page["groups"]] == ["mes"]
    assert LagView().json()["as_of"] is None


def test_open_incidents_come_before_those_that_are_over() -> None:
    view = LagView(incidents=(incident("open"),), ended=(incident("over", T0 + MINUTE),))
    shown = view.incidents_json(T0 + HOUR)
    assert [(one["incident_id"], one["seconds"]) for one in shown] == [("open", 3600), ("over", 60)]
