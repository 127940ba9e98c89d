from slamon.metrics.labels import LONGEST, OTHER, UNKNOWN, LabelBound, printable


def test_known_words_pass() -> None:
    bound = LabelBound(["SUBMITTED"])
    assert bound("SUBMITTED") == "SUBMITTED"


def test_none_and_empty_are_unknown() -> None:
    bound = LabelBound(room=5)
    assert (bound(None), bound("")) == (UNKNOWN, UNKNOWN)


def test_without_room_everything_else_is_other() -> None:
    assert LabelBound(["a"])("b") == OTHER


def test_the_first_ones_keep_their_place() -> None:
    bound = LabelBound(room=2)
    assert [bound(word) for word in ["a", "b", "c", "a", "b"]] == ["a", "b", OTHER, "a", "b"]


def test_other_and_unknown_take_no_room() -> None:
    bound = LabelBound(room=1)
    assert [bound(OTHER), bound(UNKNOWN), bound("a")] == [OTHER, UNKNOWN, "a"]


def test_long_values_are_other_and_take_no_room() -> None:
    bound = LabelBound(room=1)
    assert bound("x" * (LONGEST + 1)) == OTHER
    assert bound("x" * LONGEST) == "x" * LONGEST


def test_lone_surrogates_do_not_get_through() -> None:
    assert LabelBound(room=1)("a\ud800b") == "a?b"
    assert printable("\udfff") == "?"
