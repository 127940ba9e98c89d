"""How Slack says no: an error code, with messages that point at what is wrong."""

from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


class Refused(Exception):  # noqa: N818 - Slack's own word for it is only `ok: false`
    """Slack says `ok: false` with this error code; `messages` say what is wrong and where."""

    def __init__(self, error: str, *messages: str) -> None:
        super().__init__(error)
        self.error = error
        self.messages = messages

    @property
    def content(self) -> Json:
        """The JSON of the answer."""
        if not self.messages:
            return {"ok": False, "error": self.error}
        told = [f"[ERROR] {message}" for message in self.messages]
        return {
            "ok": False,
            "error": self.error,
            "errors": list(self.messages),
            "response_metadata": {"messages": told},
        }
