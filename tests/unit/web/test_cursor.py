import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slamon.web.cursor import Cursor, decode, encode
from slamon.web.refusal import Refusal

INT64 = st.integers(-(2**62), 2**62)


@given(INT64, INT64, st.text(st.characters(exclude_categories=["Cs"]), max_size=128))
def test_what_goes_out_comes_back(at: int, value: int, order_id: str) -> None:
    cursor = Cursor("due_at", at, (0, value, order_id))
    text = encode(cursor)
    assert decode(text) == cursor
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


BAD = [
    "x",
    "!!!!",
    "é",
    "\ud800",
    "A" * 100_000,
    *(
        base64.urlsafe_b64encode(text.encode()).decode()
        for text in (
            "{}",
            "[]",
            "null",
            '{"sort":"due_at","at":1,"key":[0,1]}',
            '{"sort":"due_at","at":1,"key":[0,"1","x"]}',
            '{"sort":"due_at","at":1,"key":[0,1,"x"],"v":2}',
            '{"sort":"due_at","at":1,"key":[0,1,"x"],"more":1}',
            "[" * 1000,
        )
    ),
]


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        decode(text)
    assert refusal.value.status == 400


@given(st.text())
def test_no_text_does_worse_than_a_refusal(text: str) -> None:
    with pytest.raises(Refusal):
        decode(text)
