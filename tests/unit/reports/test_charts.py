"""Bars as inline SVG."""

import re
import xml.etree.ElementTree as ET

import pytest

from slamon.reports.charts import Part, bar, legend, text


def _tree(drawn: str) -> ET.Element:
    return ET.fromstring(drawn)  # noqa: S314 - drawn by ourselves


def _widths(drawn: str) -> list[tuple[float, float]]:
    return [(float(x), float(width)) for x, width in re.findall(r'x="([\d.]+)" width="([\d.]+)"', drawn)]


@pytest.mark.parametrize(
    ("amounts", "whole", "drawn"),
    [
        ([1, 2], 4, [(0, 250), (250, 500)]),
        ([3, 0, 1], 4, [(0, 750), (750, 250)]),
        ([3, 3], 4, [(0, 750), (750, 250)]),
        ([9, 1], 4, [(0, 1000)]),
        ([0], 4, []),
        ([5], 0, []),
        ([], 4, []),
    ],
)
def test_parts_stand_one_after_the_other_and_never_reach_beyond_the_whole(
    amounts: list[float], whole: float, drawn: list[tuple[float, float]]
) -> None:
    assert _widths(bar([Part(amount, "good", "x") for amount in amounts], whole)) == drawn


def test_a_bar_is_said_to_those_who_do_not_see_it() -> None:
    drawn = _tree(bar([Part(1, "good", "1 kept"), Part(0, "bad", "0 broken"), Part(2, "worse", "2 late")], 3))
    assert drawn.attrib["aria-label"] == "1 kept, 2 late"
    assert _tree(bar([], 1)).attrib["aria-label"] == "nothing"


def test_meanings_are_escaped() -> None:
    hostile = '"><script>&\x00'
    root = _tree(bar([Part(1, "good", hostile)], 1))
    assert root.attrib["aria-label"] == '"><script>& '
    assert [element.tag for element in root.iter()] == ["svg", "rect", "title"]
    assert "<script>" not in legend([("good", hostile)]) + text(hostile)


def test_a_legend_names_its_colours() -> None:
    assert legend([("good", "kept")]) == ('<ul class="legend"><li><span class="mark good"></span>kept</li></ul>')
