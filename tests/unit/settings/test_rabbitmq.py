"""`lag.rabbitmq`: what it takes."""

import pytest
from pydantic import ValidationError

from slamon.settings.rabbitmq import Queues, RabbitMq

LEAST = {"url": "https://rabbitmq:15671", "username": "slamon"}


def test_by_default_every_queue_that_the_user_may_see_is_watched() -> None:
    section = RabbitMq.model_validate(LEAST)
    assert (section.vhosts, section.queues.include, section.queues.exclude) == ((), (".*",), ())


@pytest.mark.parametrize(
    "change",
    [{"url": "rabbitmq:15672"}, {"url": "http://x/?a=b"}, {"username": ""}, {"vhosts": "/"}, {"queue": {}}],
)
def test_what_does_not_fit_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RabbitMq.model_validate(LEAST | change)


@pytest.mark.parametrize("key", ["include", "exclude"])
def test_a_pattern_that_is_no_regular_expression_is_refused(key: str) -> None:
    with pytest.raises(ValidationError, match="a list of regular expressions"):
        Queues.model_validate({key: ("orders", "(")})


def test_the_password_does_not_show() -> None:
    assert "s3cret" not in repr(RabbitMq.model_validate(LEAST | {"password": "s3cret"}))
