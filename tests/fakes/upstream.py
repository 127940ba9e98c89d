"""A fingerprint of other people's code that slamon overrides or reaches into."""

import hashlib
import inspect
from typing import Any


def fingerprint(code: Any) -> str:
    """The first digits of the hash of the source; it changes when the source does."""
    return hashlib.sha256(inspect.getsource(code).encode()).hexdigest()[:16]
