"""The topics of a demo: their names on this broker, how they are made, and removed from a shared broker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from slamon.demo.systems import SYSTEMS, System

_APP_ID = "slamon-demo"
_ALREADY_THERE = 36


@dataclass(frozen=True, slots=True)
class Topics:
    """`prefix` keeps demos apart that share a broker."""

    prefix: str = ""

    @property
    def app_id(self) -> str:
        """The name of slamon in this demo."""
        return f"{self.prefix}{_APP_ID}"

    @property
    def dead_letters(self) -> str:
        """Where slamon puts what it can't use."""
        return f"{self.app_id}.dead-letters"

    def of(self, system: System) -> str:
        """The topic of a system."""
        return f"{self.prefix}{system.topic}"

    def plain(self, topic: str) -> str:
        """A topic's name without the prefix."""
        return topic.removeprefix(self.prefix)


async def make_topics(bootstrap: str, topics: Topics) -> None:
    """Makes the topics of Shop, CRM and MES."""
    wanted = [
        NewTopic(topics.of(system), system.partitions, 1, topic_configs={"retention.ms": "-1"}) for system in SYSTEMS
    ]
    async with _admin(bootstrap) as admin:
        answer = await admin.create_topics(wanted)
    refused = [error for error in answer.topic_errors if error[1] not in {0, _ALREADY_THERE}]
    if refused:
        raise OSError(f"Kafka at {bootstrap} refused the demo's topics: {refused}")


async def remove_topics(bootstrap: str, topics: Topics) -> None:
    """Removes every topic that this demo and its slamon have made."""
    ours = {topics.of(system) for system in SYSTEMS}
    async with _admin(bootstrap) as admin:
        there = await admin.list_topics()
        await admin.delete_topics(
            [topic for topic in there if topic in ours or topic.startswith((f"{topics.app_id}.", f"{topics.app_id}-"))]
        )


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()
