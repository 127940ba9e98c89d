"""An answer that is not what was asked for, with its HTTP status and a sentence for people."""

from __future__ import annotations

from slamon.errors import SlamonError


class Refusal(SlamonError):  # noqa: N818  not always an error: a 404 is an answer
    """Becomes `{"error": message}` with `status`; `retry_after` in seconds where trying again helps."""

    def __init__(self, status: int, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


def quoted(text: str) -> str:
    """What a client sent, short and in ASCII, for a message."""
    return ascii(text if len(text) <= 80 else text[:80] + "...")  # noqa: PLR2004  a line of a message
