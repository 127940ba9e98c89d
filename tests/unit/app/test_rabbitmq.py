"""From the configuration to the collectors."""

from pathlib import Path

import pytest

from slamon.app.rabbitmq import rabbit_collectors, rabbit_target
from slamon.errors import ConfigError
from slamon.rabbitmq import QueueNames
from slamon.settings.rabbitmq import RabbitMq
from slamon.settings.watch import Lag
from tests.builders import T0

SECTION = {
    "url": "https://rabbitmq:15671",
    "username": "slamon",
    "password": "s3cret",
    "vhosts": ("shop",),
    "queues": {"include": ("orders.*",), "exclude": (".*tmp",)},
}


def test_a_section_as_the_collector_takes_it() -> None:
    found = rabbit_target(RabbitMq.model_validate(SECTION | {"ca_file": "ca.pem"}))
    assert (found.url, found.username, found.password) == ("https://rabbitmq:15671", "slamon", "s3cret")
    assert (found.vhosts, found.queues) == (("shop",), QueueNames(("orders.*",), (".*tmp",)))
    assert found.ca_file == Path("ca.pem")


def test_one_collector_for_each() -> None:
    lag = Lag.model_validate({"rabbitmq": {"shop": SECTION, "mes": SECTION}})
    assert [found.name for found in rabbit_collectors(lag, lambda: T0)] == ["mes", "shop"]
    assert rabbit_collectors(Lag(), lambda: T0) == []


def test_certificates_that_can_not_be_read_are_a_mistake_of_the_configuration() -> None:
    lag = Lag.model_validate({"rabbitmq": {"shop": SECTION | {"ca_file": __file__}}})
    with pytest.raises(ConfigError):
        rabbit_collectors(lag, lambda: T0)
