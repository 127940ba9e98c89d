"""`lag.rabbitmq`: which RabbitMQ's queues are watched, through its management API."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from slamon.settings.fields import Allowed, BaseUrl, Secret, SecretFile, Section, Word, refusal

_EXPRESSIONS = "a list of regular expressions, each for a whole name"


def _are_expressions(patterns: tuple[str, ...]) -> tuple[str, ...]:
    try:
        for pattern in patterns:
            re.compile(pattern)
    except re.error:
        raise refusal(_EXPRESSIONS) from None
    return patterns


class Queues(Section):
    """Which queues are watched, by their names in RabbitMQ, whatever their virtual host."""

    include: Annotated[
        tuple[str, ...], AfterValidator(_are_expressions), Field(description="Queues to watch"), Allowed(_EXPRESSIONS)
    ] = (".*",)
    exclude: Annotated[
        tuple[str, ...],
        AfterValidator(_are_expressions),
        Field(description="Queues to leave out"),
        Allowed(_EXPRESSIONS),
    ] = ()


class RabbitMq(Section):
    """One RabbitMQ (a node or a cluster): its queues are watched like the groups of Kafka."""

    url: Annotated[BaseUrl, Field(description="Its management API, without /api, such as https://rabbitmq:15671")]
    username: Annotated[Word, Field(description="User with the tag monitoring or management, who may see the queues")]
    password: Annotated[Secret | None, Field(description="Its password")] = None
    password_file: Annotated[SecretFile | None, Field(description="File that holds the password")] = None
    vhosts: Annotated[
        tuple[Word, ...],
        Field(description="Virtual hosts to watch; none given: all that the user may see"),
        Allowed("a list of names of virtual hosts"),
    ] = ()
    queues: Annotated[Queues, Field(description="Which queues")] = Queues()
    expected: Annotated[
        tuple[Word, ...],
        Field(description="Queues that must exist, by the names that slamon shows; else MISSING"),
        Allowed("a list of names of queues"),
    ] = ()
    ca_file: Annotated[SecretFile | None, Field(description="Certificates to trust; null: the system's")] = None
