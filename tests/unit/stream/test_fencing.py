from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.group import HeartbeatRequest, SyncGroupRequest

from slamon.stream.fencing import Membership

HEARTBEAT = HeartbeatRequest("group", 1, "member")
SYNC = SyncGroupRequest("group", 1, "member", None, [])


class Coordinator:
    """Answers every request with the code set, after `delay` seconds of the fake clock."""

    def __init__(self, now: list[float]) -> None:
        self.code = 0
        self.delay = 0.0
        self._now = now

    async def _send_req(self, _request: Any) -> Any:
        self._now[0] += self.delay
        return SimpleNamespace(error_code=self.code)


class Case:
    def __init__(self) -> None:
        self.now = [0.0]
        self.membership = Membership(6.0, clock=lambda: self.now[0])
        self.coordinator = Coordinator(self.now)
        self.membership.watch(self.coordinator)


@pytest.fixture
def case() -> Case:
    return Case()


async def test_without_any_proof_nothing_may_be_written(case: Case) -> None:
    assert not case.membership.valid
    assert case.membership.age == float("inf")


@pytest.mark.parametrize("request_", [HEARTBEAT, SYNC], ids=["heartbeat", "sync"])
async def test_a_granted_request_proves_membership_for_a_session(case: Case, request_: object) -> None:
    await case.coordinator._send_req(request_)
    case.now[0] += 5.9
    assert case.membership.valid
    case.now[0] += 0.1
    assert not case.membership.valid


async def test_t23_the_proof_dates_from_the_sending_not_from_the_answer(case: Case) -> None:
    case.coordinator.delay = 5.0
    await case.coordinator._send_req(HEARTBEAT)
    assert case.membership.age == 5.0


async def test_a_heartbeat_during_a_rebalance_is_still_a_member_s(case: Case) -> None:
    case.coordinator.code = 27
    await case.coordinator._send_req(HEARTBEAT)
    assert case.membership.valid


@pytest.mark.parametrize("code", [22, 25, 82])
async def test_an_expelled_member_is_none_at_once(case: Case, code: int) -> None:
    await case.coordinator._send_req(HEARTBEAT)
    case.coordinator.code = code
    await case.coordinator._send_req(HEARTBEAT)
    assert not case.membership.valid


async def test_other_requests_prove_nothing(case: Case) -> None:
    await case.coordinator._send_req(OffsetCommitRequest("group", 1, "member", -1, []))
    assert not case.membership.valid
