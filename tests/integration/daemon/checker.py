"""The checker: source = table = changelog, and every notice sent that had to be, once, and none besides.

It folds the source with the oracle, which shares no code with slamon; slamon's own codec only reads the
changelog. `judge` returns every complaint; an empty list is a proof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.daemon.check_changelog import changelog_complaints
from tests.integration.daemon.check_deliveries import delivery_complaints
from tests.integration.daemon.check_table import notice_complaints, order_complaints
from tests.integration.daemon.expected import Expected, fold

if TYPE_CHECKING:
    from slamon.notices.row import OrderRules
    from tests.integration.daemon.evidence import Evidence


def judge(evidence: Evidence, rules: OrderRules, expected: Expected | None = None) -> list[str]:
    """Everything that is not as it must be."""
    wanted = expected or fold(evidence.sources, evidence.source_of, evidence.config)
    return [
        *order_complaints(evidence, wanted),
        *notice_complaints(evidence, wanted),
        *changelog_complaints(evidence, rules),
        *delivery_complaints(evidence, wanted),
        *dead_letter_complaints(evidence, wanted),
    ]


def dead_letter_complaints(evidence: Evidence, expected: Expected) -> list[str]:
    """Each rejected record is in the dead letters with its bytes, key, origin and a reason; repeats only by crashes."""
    complaints = []
    seen: dict[tuple[str, int, int], int] = {}
    for letter in evidence.dead_letters:
        headers = {name: value.decode() for name, value in letter.headers}
        origin = headers["slamon-topic"], int(headers["slamon-partition"]), int(headers["slamon-offset"])
        seen[origin] = seen.get(origin, 0) + 1
        record = expected.rejected.get(origin)
        if record is None:
            complaints.append(f"dead letter of a usable record {origin}: {headers['slamon-reason']}")
        elif letter.value != record.value or (letter.key or None) != (record.key or None):
            complaints.append(f"dead letter {origin} is not the record as it was")
        elif not headers.get("slamon-reason"):
            complaints.append(f"dead letter {origin} has no reason")
    complaints += [f"no dead letter of {origin}" for origin in expected.rejected.keys() - seen.keys()]
    if not evidence.crashes:
        complaints += [f"{times} dead letters of {origin}" for origin, times in seen.items() if times > 1]
    return complaints
