"""The collectors of every RabbitMQ that the configuration names."""

from collections.abc import Callable
from pathlib import Path

from slamon.orders.event import Instant
from slamon.rabbitmq import QueueNames, RabbitLag, RabbitTarget
from slamon.settings.rabbitmq import RabbitMq
from slamon.settings.watch import Lag


def rabbit_collectors(lag: Lag, clock: Callable[[], Instant]) -> list[RabbitLag]:
    """One for each, by name. Raises ConfigError for a file of certificates that can't be read."""
    return [RabbitLag(name, rabbit_target(section), clock=clock) for name, section in sorted(lag.rabbitmq.items())]


def rabbit_target(section: RabbitMq) -> RabbitTarget:
    """The section as the collector takes it."""
    return RabbitTarget(
        url=section.url,
        username=section.username,
        password="" if section.password is None else section.password.get_secret_value(),
        vhosts=section.vhosts,
        queues=QueueNames(section.queues.include, section.queues.exclude),
        ca_file=None if section.ca_file is None else Path(section.ca_file),
    )
