"""Interactive elements of blocks: buttons, menus, pickers and inputs, held against Slack's limits."""

from collections.abc import Callable, Collection
from functools import partial
from typing import TypeAlias

from slamon.demo.standins.slack.objects import (
    ID_LIMIT,
    PLACEHOLDER_LIMIT,
    PLAIN,
    check_confirm,
    check_optional,
    check_options,
    check_strings,
    check_text,
    invalid,
    json_object,
)
from slamon.demo.standins.slack.refused import Json

BUTTON_TEXT_LIMIT = 75
BUTTON_VALUE_LIMIT = 2_000
BUTTON_URL_LIMIT = 3_000
MENU_OPTIONS = 100
OVERFLOW_OPTIONS = 5
CHOICES = 10

_STYLES = frozenset({None, "primary", "danger"})

Checker: TypeAlias = Callable[[Json, str], None]


def check_element(value: object, path: str, kinds: Collection[str]) -> Json:
    """Check one element, which has to be one of `kinds`. Raises Refused."""
    element = json_object(value, path)
    kind = element.get("type")
    if not isinstance(kind, str) or kind not in kinds:
        raise invalid(f"unsupported type: {kind}", f"{path}/type")
    check_strings(element, path, {"action_id": ID_LIMIT})
    if element.get("confirm") is not None:
        check_confirm(element["confirm"], f"{path}/confirm")
    check_optional(element, path, {"placeholder": PLACEHOLDER_LIMIT})
    _CHECKERS[kind](element, path)
    return element


def _check_button(element: Json, path: str) -> None:
    check_text(element.get("text"), f"{path}/text", BUTTON_TEXT_LIMIT, PLAIN)
    check_strings(element, path, {"value": BUTTON_VALUE_LIMIT, "url": BUTTON_URL_LIMIT})
    if element.get("style") not in _STYLES:
        raise invalid("must be one of: primary, danger", f"{path}/style")


def _check_choices(element: Json, path: str, most: int) -> None:
    check_options(element.get("options"), f"{path}/options", most)


def _check_image(element: Json, path: str) -> None:
    if not isinstance(element.get("image_url"), str) or not isinstance(element.get("alt_text"), str):
        raise invalid("missing required field: image_url, alt_text", path)


def _check_nothing(_element: Json, _path: str) -> None:
    """Kinds whose fields are all optional here."""


_CHECKERS: dict[str, Checker] = {
    "button": _check_button,
    "static_select": partial(_check_choices, most=MENU_OPTIONS),
    "multi_static_select": partial(_check_choices, most=MENU_OPTIONS),
    "overflow": partial(_check_choices, most=OVERFLOW_OPTIONS),
    "radio_buttons": partial(_check_choices, most=CHOICES),
    "checkboxes": partial(_check_choices, most=CHOICES),
    "image": _check_image,
    "users_select": _check_nothing,
    "datepicker": _check_nothing,
    "timepicker": _check_nothing,
    "datetimepicker": _check_nothing,
    "plain_text_input": _check_nothing,
    "number_input": _check_nothing,
    "email_text_input": _check_nothing,
    "url_text_input": _check_nothing,
}

IN_INPUT = frozenset(_CHECKERS) - {"button", "overflow", "image"}
IN_ACTIONS = frozenset({
    "button", "static_select", "overflow", "radio_buttons", "checkboxes", "users_select", "datepicker", "timepicker",
    "datetimepicker",
})  # fmt: skip
IN_SECTION = (IN_ACTIONS - {"datetimepicker"}) | {"multi_static_select", "image"}
