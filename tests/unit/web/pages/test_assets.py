import re

from slamon.web.pages.assets import ASSETS, ICON, STYLE


def test_assets_are_named_by_their_content() -> None:
    assert set(ASSETS) == {STYLE.name, ICON.name}
    assert re.fullmatch(r"slamon-[0-9a-f]{12}\.css", STYLE.name)
    assert re.fullmatch(r"icon-[0-9a-f]{12}\.svg", ICON.name)


def test_the_style_loads_nothing_and_balances() -> None:
    text = STYLE.content.decode()
    assert re.findall(r"@import|url\(|expression\(|https?:", text) == []
    assert text.count("{") == text.count("}") > 50


def test_the_icon_is_a_picture_without_script_or_links() -> None:
    text = ICON.content.decode()
    assert text.startswith("<svg ")
    assert re.findall(r"script|href|\son\w+=", text) == []
