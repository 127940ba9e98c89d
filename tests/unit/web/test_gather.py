import msgspec
from hypothesis import given
from hypothesis import strategies as st

from slamon.web.gather import oldest, page
from slamon.web.parts import Row, RowsPart
from slamon.web.sorting import Key, Smallest


def part(*numbers: int, until: int | None = None) -> RowsPart:
    rows = [Row((0, number, ""), msgspec.Raw(b"{}")) for number in numbers]
    return RowsPart(1, [0], rows, None if until is None else (0, until, ""))


def numbers(rows: list[Row]) -> list[int]:
    return [row.key[1] for row in rows]


def test_parts_are_merged_in_order() -> None:
    rows, behind = page([part(1, 4), part(2, 3)], 10)
    assert (numbers(rows), behind) == ([1, 2, 3, 4], None)


def test_a_page_ends_at_its_limit() -> None:
    rows, behind = page([part(1, 4), part(2, 3)], 3)
    assert (numbers(rows), behind) == ([1, 2, 3], (0, 3, ""))


def test_rows_beyond_what_a_part_is_sure_of_have_to_wait() -> None:
    """The first part has more behind 2: the 9 of the second may not be shown before that."""
    rows, behind = page([part(1, 2, until=2), part(9)], 10)
    assert (numbers(rows), behind) == ([1, 2], (0, 2, ""))


def test_a_part_whose_rows_all_left_still_moves_on() -> None:
    assert page([part(until=7), part(9)], 10) == ([], (0, 7, ""))


def test_no_parts_no_rows() -> None:
    assert page([], 10) == ([], None)


@given(
    st.lists(st.lists(st.integers(0, 30), unique=True), max_size=4),
    st.integers(1, 5),
    st.sets(st.integers(0, 30)),
)
def test_pages_show_every_row_once_whoever_has_it(workers: list[list[int]], limit: int, vanishing: set[int]) -> None:
    """Each worker's keys are its own; some rows vanish between the scan and the look, the rest all come."""
    seen: list[Key] = []
    after: Key | None = None
    for _ in range(200):
        parts = []
        for number, values in enumerate(workers):
            best = Smallest(limit, after)
            for value in values:
                best.offer((0, value, str(number)), "")
            taken, until = best.taken()
            rows = [Row(key, msgspec.Raw(b"{}")) for key, _ in taken if key[1] not in vanishing]
            parts.append(RowsPart(1, [number], rows, until))
        rows, after = page(parts, limit)
        seen += [row.key for row in rows]
        if after is None:
            break
    wanted = [(0, v, str(n)) for n, values in enumerate(workers) for v in values if v not in vanishing]
    assert seen == sorted(wanted)


def test_the_oldest_dates_the_whole_and_the_unknown_makes_it_unknown() -> None:
    assert oldest([3, 2, 5]) == 2
    assert oldest([3, None]) is None
    assert oldest([]) is None
