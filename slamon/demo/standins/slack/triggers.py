"""Trigger ids: what an interaction carries so that a modal may be opened, once and within three seconds."""

import re
import secrets

from slamon.demo.standins.slack.refused import Refused

LIFE = 3_000_000

_FORM = re.compile(r"(\d{6,19})\.\d+\.[0-9a-f]{6,64}")


def new_trigger(now: int) -> str:
    """Make a trigger id; it says itself when it was made (`now`, microseconds), so any process may make one."""
    return f"{now}.40000000000.{secrets.token_hex(16)}"


class Triggers:
    """Those that were used."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def exchange(self, trigger: object, now: int) -> None:
        """Use a trigger id. Raises Refused."""
        found = _FORM.fullmatch(trigger) if isinstance(trigger, str) else None
        if not isinstance(trigger, str) or found is None:
            raise Refused("invalid_trigger_id")
        if trigger in self._used:
            raise Refused("exchanged_trigger_id")
        if now - int(found.group(1)) > LIFE:
            raise Refused("expired_trigger_id")
        self._used.add(trigger)
