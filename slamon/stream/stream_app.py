"""A Faust app that knows the engine's core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import faust

if TYPE_CHECKING:
    from slamon.stream.core import Core


class StreamApp(faust.App):
    """Faust's services reach the engine through `app.core`."""

    core: Core
