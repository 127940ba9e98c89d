"""RabbitMQ: queues read through the management API, as the observations that `slamon.lag` judges."""

from slamon.rabbitmq.collector import RabbitLag
from slamon.rabbitmq.target import QueueNames, RabbitTarget

__all__ = ["QueueNames", "RabbitLag", "RabbitTarget"]
