import pytest

from slamon.kafka.lag.faults import name_of, unknown
from slamon.lag.observation import Reason


@pytest.mark.parametrize(
    ("code", "reason", "name"),
    [
        (3, Reason.NO_TOPIC, "UnknownTopicOrPartition (3)"),
        (5, Reason.NO_LEADER, "LeaderNotAvailable (5)"),
        (6, Reason.NO_LEADER, "NotLeaderForPartition (6)"),
        (14, Reason.NO_COORDINATOR, "GroupLoadInProgress (14)"),
        (16, Reason.NO_COORDINATOR, "NotCoordinatorForGroup (16)"),
        (29, Reason.REFUSED, "TopicAuthorizationFailed (29)"),
        (30, Reason.REFUSED, "GroupAuthorizationFailed (30)"),
        (35, Reason.UNSUPPORTED, "UnsupportedVersion (35)"),
        (78, Reason.NO_LEADER, "OffsetNotAvailable"),
        (999, Reason.ERROR, "Unknown (999)"),
    ],
)
def test_codes_are_reasons(code: int, reason: Reason, name: str) -> None:
    found = unknown(code)
    assert (found.reason, found.detail) == (reason, name)
    assert name_of(code) == name
