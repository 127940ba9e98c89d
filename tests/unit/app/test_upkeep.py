"""The loops beside the dispatcher are those that the configuration asks for."""

from pathlib import Path

import pytest

from slamon.app.parts import Parts
from slamon.app.upkeep import upkeep
from slamon.app.web_ports import WorkerHealth
from tests.configurations import settings_of

ALERTS = "alertmanager: {url: 'http://alerts:9093'}"
BEAT = "heartbeat: {url: 'http://hc.example/'}"


@pytest.mark.parametrize(
    ("sections", "names"),
    [
        ("", []),
        (ALERTS, ["alert-keeping"]),
        (BEAT, ["heartbeat"]),
        (f"{ALERTS}, {BEAT}", ["alert-keeping", "heartbeat"]),
        (f"{BEAT}}}\nlag: {{", ["heartbeat", "lag"]),
    ],
)
async def test_which_loops_run(tmp_path: Path, sections: str, names: list[str]) -> None:
    parts = Parts(settings_of(f"data_dir: {tmp_path}\nnotify: {{{sections}}}\n"))
    loops = upkeep(parts, WorkerHealth(parts.engine, parts.gate, lambda: ""))
    assert list(loops) == names
    for loop in loops.values():
        loop.close()
    parts.instance.release()
    await parts.cluster.close()
