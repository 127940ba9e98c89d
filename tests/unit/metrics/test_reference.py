from pathlib import Path

from slamon.metrics.catalog import CATALOG
from slamon.metrics.reference import markdown

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"


def test_the_page_is_current() -> None:
    """When this fails: `python -m slamon.metrics.reference > docs/reference/metrics.md`."""
    assert PAGE.read_text("utf-8") == markdown()


def test_every_metric_is_on_the_page() -> None:
    assert all(f"| `{spec.name}` |" in markdown() for spec in CATALOG)
