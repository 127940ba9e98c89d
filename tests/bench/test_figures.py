import pytest

from bench.figures import Bound, Figure, Target, median, percentile, plain, ratio


def test_the_median_is_the_middle_value() -> None:
    assert median([9, 1, 5]) == 5
    assert median([4, 1, 3, 2]) == 2.5


def test_there_is_no_median_of_nothing() -> None:
    with pytest.raises(ValueError, match="no values"):
        median([])


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, 1), (0.001, 1), (0.5, 50), (0.501, 51), (0.99, 99), (0.991, 100), (1, 100)],
)
def test_a_percentile_is_the_least_value_that_covers_the_share(share: float, expected: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_a_percentile_of_one_value_is_that_value() -> None:
    assert [percentile([7], share) for share in (0, 0.5, 1)] == [7, 7, 7]


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1], 1.1), ([1], -0.1)])
def test_impossible_percentiles_are_refused(values: list[float], share: float) -> None:
    with pytest.raises(ValueError, match=r"no values|a share"):
        percentile(values, share)


def test_a_ratio_compares_each_round_by_itself() -> None:
    """The second round was slow for both: the medians' ratio would be 90 / 50."""
    assert ratio([100, 20, 90], [50, 10, 60]) == 2


def test_a_ratio_needs_pairs() -> None:
    with pytest.raises(ValueError, match="not interleaved"):
        ratio([1, 2], [1])


@pytest.mark.parametrize(
    ("bound", "value", "verdict"),
    [
        (Bound.AT_LEAST, 1.5, "met"),
        (Bound.AT_LEAST, 1.49, "missed"),
        (Bound.AT_MOST, 1.5, "met"),
        (Bound.AT_MOST, 1.51, "missed"),
    ],
)
def test_a_target_has_a_good_side(bound: Bound, value: float, verdict: str) -> None:
    assert Figure("speed", value, "x", Target(bound, 1.5, "x")).verdict == verdict


def test_a_figure_without_a_target_only_informs() -> None:
    assert Figure("rows", 1_000_000).verdict == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.01234, "0.0123"),
        (0.5, "0.5"),
        (1.5, "1.5"),
        (9.876, "9.88"),
        (15, "15"),
        (45.67, "45.7"),
        (100, "100"),
        (1234.5, "1,234"),
        (100_000, "100,000"),
        (-2.345, "-2.35"),
    ],
)
def test_numbers_are_written_for_people(value: float, text: str) -> None:
    assert plain(value) == text


def test_a_target_is_written_with_its_unit() -> None:
    assert str(Target(Bound.AT_LEAST, 100_000, "rows/s")) == "≥ 100,000 rows/s"
