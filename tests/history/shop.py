"""The shop of the generated history: its configuration, its times, and who is who."""

from datetime import UTC, datetime
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86_400 * SECOND

STEPS = (
    "INITIATED",
    "FILE_UPLOADED",
    "SUBMITTED",
    "PRICE_CALCULATED",
    "MANUFACTURING_APPROVED",
    "MANUFACTURING_STARTED",
    "MANUFACTURING_COMPLETED",
    "PACKAGING",
    "SHIPPED",
    "CLOSED",
)
SAYS = ("shop", "shop", "shop", "mes", "crm", "mes", "mes", "mes", "mes", "crm")
SUBMITTED, PRICE, APPROVED, STARTED, COMPLETED, PACKAGING, SHIPPED, CLOSED = range(2, 10)

SKEW = 15 * MINUTE
HOLIDAYS = tuple(
    f"2026-{day}" for day in ("01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26")
)
"""Germany's of 2026, written down by hand."""
INVENTORY = "2026-06-29"
OPEN_SUNDAY = "2026-03-29"
"""On which the clocks change as well."""

_PAUSED = {"pause": ["promise", "stages"]}
CONFIG: dict[str, Any] = {
    "sla": {
        "calendars": {
            "workshop": {
                "time_zone": "Europe/Berlin",
                "days": {"mon-fri": ["09:00-13:00", "14:00-18:00"], "sat": ["10:00-14:00"]},
                "holidays": {"country": "DE"},
                "closed": [INVENTORY],
                "open": {OPEN_SUNDAY: ["01:00-05:00"]},
            }
        },
        "enforce_from": "2026-01-12T00:00:00Z",
        "divergence": {
            "allowed_skew": "PT15M",
            "systems": {"crm": {"mirrors": "all"}},
            "entry": {"b2b": "PRICE_CALCULATED"},
        },
        "policies": [
            {
                "name": "rush",
                "when": {"attributes": {"rush": True}},
                "promise": {
                    "start": "MANUFACTURING_APPROVED",
                    "duration": "P5D",
                    "calendar": "workshop",
                    "warn_before": "P1D",
                    "max_extensions": 1,
                },
                "stages": [
                    {
                        "from": "MANUFACTURING_APPROVED",
                        "to": "MANUFACTURING_STARTED",
                        "budget": "PT4H",
                        "calendar": "workshop",
                    },
                    {
                        "from": "MANUFACTURING_STARTED",
                        "to": "MANUFACTURING_COMPLETED",
                        "budget": "P2DT4H",
                        "calendar": "workshop",
                    },
                ],
                "holds": _PAUSED,
            },
            {
                "name": "b2b",
                "when": {"channels": ["b2b"]},
                "promise": {"duration": "P15D", "calendar": "workshop", "round": "end_of_day"},
                "holds": {**_PAUSED, "statuses": ["PRICE_CALCULATED"]},
            },
            {"name": "key", "when": {"clients": ["c-1"]}, "promise": {"duration": "P14D", "max_extension": "P3D"}},
            {"name": "market", "when": {"channels": ["market"]}, "on_regress": "new_cycle"},
            {"name": "press", "when": {"channels": ["press"]}, "holds": _PAUSED, "on_regress": "ignore"},
        ],
    }
}


def micros(text: str) -> int:
    """Microseconds since 1970 of an RFC 3339 time."""
    return (datetime.fromisoformat(text) - EPOCH) // (datetime.resolution)


OPENED, CLOSES = micros("2026-01-05T06:00:00+00:00"), micros("2026-10-20T11:00:00.5+00:00")
"""Between them all orders arrive, and at one instant between them they are judged."""
ENFORCED = micros("2026-01-12T00:00:00+00:00")
