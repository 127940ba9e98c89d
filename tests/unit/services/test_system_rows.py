"""Keys of system rows: no order's key is one."""

from hypothesis import given
from hypothesis import strategies as st

from slamon.services.system_rows import is_order_key, system_key


@given(st.text(min_size=1))
def test_no_text_is_a_system_key(name: str) -> None:
    """Whatever an order is called, its row is an order's; that of the same name for slamon itself is not."""
    assert is_order_key(name.encode(errors="surrogatepass"))
    assert not is_order_key(system_key("forecast"))
    assert system_key("forecast") != b"forecast"
