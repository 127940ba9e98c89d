"""The values that sinks take and give, and the port."""

import dataclasses

import pytest

from slamon.sinks.message import OutgoingNotice, Receipt, Sink
from slamon.sinks.slack import SlackSink, SlackTarget
from slamon.sinks.webhook import WebhookSink, WebhookTarget
from tests.fakes.sinks import FakeSink
from tests.samples import outgoing

SINKS: list[Sink] = [  # mypy holds each against the port
    SlackSink(SlackTarget(token="t", channel="#late-orders")),
    WebhookSink(WebhookTarget("crm", "http://127.0.0.1/", ("s",))),
    FakeSink(),
]


def test_sinks_are_paced_by_receiver_and_channel() -> None:
    assert [(sink.name, sink.channel) for sink in SINKS] == [
        ("slack", "slack|#late-orders"),
        ("crm", "webhook|crm"),
        ("fake", "fake|one"),
    ]


def test_a_notice_on_its_way_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(outgoing(), "attempt", 2)  # noqa: B010 - mypy sees the plain form


def test_the_first_attempt_is_number_one() -> None:
    assert outgoing().attempt == 1
    assert OutgoingNotice.__dataclass_fields__["reinstated"].default is False


def test_a_receipt_needs_no_name() -> None:
    assert Receipt() == Receipt(remote_id=None, channel_id=None)
