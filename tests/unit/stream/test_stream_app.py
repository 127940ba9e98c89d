from dataclasses import replace
from pathlib import Path

from slamon.stream.faust_app import build_app
from slamon.stream.stream_app import StreamApp
from tests.fakes.engine import OPTIONS, Surroundings


async def test_fausts_services_find_the_core_at_the_app(tmp_path: Path) -> None:
    around = Surroundings()
    around.core.options = replace(OPTIONS, data_dir=tmp_path)
    app = build_app(around.core)
    assert isinstance(app, StreamApp)
    assert app.consumer.app.core is around.core  # type: ignore[attr-defined]  # Faust's type for apps
