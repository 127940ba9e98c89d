"""Which RabbitMQ is asked, as whom, about which queues, and how long a look may take."""

import re
import ssl
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from slamon.errors import ConfigError


@dataclass(frozen=True)
class QueueNames:
    """Queues by patterns, each for the whole name as RabbitMQ knows it; what is excluded is so even if included."""

    include: tuple[str, ...] = (".*",)
    exclude: tuple[str, ...] = ()

    @cached_property
    def _patterns(self) -> tuple[list[re.Pattern[str]], list[re.Pattern[str]]]:
        return [re.compile(one) for one in self.include], [re.compile(one) for one in self.exclude]

    def take(self, name: str) -> bool:
        """Whether this queue is meant."""
        include, exclude = self._patterns
        return any(one.fullmatch(name) for one in include) and not any(one.fullmatch(name) for one in exclude)


@dataclass(frozen=True)
class RabbitTarget:
    """One RabbitMQ by its management API. The password never shows in a representation.

    `vhosts` empty: all that the user may see. Seconds: `deadline` of a whole cycle, `timeout` of one call.
    """

    url: str
    username: str
    password: str = field(repr=False)
    vhosts: tuple[str, ...] = ()
    queues: QueueNames = field(default_factory=QueueNames)
    ca_file: Path | None = None
    deadline: float = 10.0
    timeout: float = 5.0


def trust(ca_file: Path | None) -> ssl.SSLContext | bool:
    """Whose certificates are trusted: those of a file, else the system's. Raises ConfigError."""
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ValueError) as error:
        raise ConfigError([f"ca_file: holds no certificates that can be read: {type(error).__name__}"]) from None
