"""slamon's configuration as the benchmark runs it, and the parts that its loops share."""

from pathlib import Path
from typing import Any

import yaml

from slamon.settings import Settings, load_text


def configuration(*, bootstrap: str, topic: str, app_id: str, folder: Path, **more: Any) -> dict[str, Any]:
    """Slamon's defaults with one keyed source; `more` are further top-level keys."""
    return {
        "kafka": {"bootstrap_servers": bootstrap, "app_id": app_id},
        "sources": {"orders": {"topics": [topic], "keyed": True}},
        "web": {"port": 0},
        "data_dir": str(folder),
        "shutdown_grace": "PT10S",
        **more,
    }


def settings_of(tree: dict[str, Any]) -> Settings:
    """The configuration as slamon loads it."""
    return load_text(yaml.safe_dump(tree), "bench.yaml", {}).settings
