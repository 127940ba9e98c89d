"""The files that pages load from their own origin: the style and the icon, named by their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is served; `name` changes with the content, so no cache ever shows an old one."""

    name: str
    content: bytes
    media: str


def _asset(file: str, media: str) -> Asset:
    content = files(__package__).joinpath("assets", file).read_bytes()
    stem, _, ending = file.partition(".")
    return Asset(f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.{ending}", content, media)


STYLE: Final = _asset("slamon.css", "text/css")
ICON: Final = _asset("icon.svg", "image/svg+xml")
ASSETS: Final = {asset.name: asset for asset in (STYLE, ICON)}
