"""The style of the report's page."""

import re

from slamon.reports.page import report_page
from slamon.reports.report import Calibration
from slamon.reports.style import STYLE
from tests.unit.reports.orders import mixed


def test_nothing_is_loaded() -> None:
    assert not re.search(r"url\(|@import|https?:", STYLE)


def test_every_colour_of_a_bar_is_defined() -> None:
    page = report_page(mixed(calibration=[Calibration(0.8, 0.9, 20, 17)]), 20)
    used = set(re.findall(r'<rect class="(\w+)"|<span class="mark (\w+)"', page))
    for names in used:
        (kind,) = filter(None, names)
        assert f".{kind}{{fill:var(--{kind})" in STYLE
        assert f"--{kind}:#" in STYLE


def test_there_is_a_phone_a_dark_screen_and_paper() -> None:
    for media in ("max-width:40rem", "prefers-color-scheme:dark", "@media print"):
        assert media in STYLE
