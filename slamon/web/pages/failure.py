"""The page that says why there is nothing else to see, and leads back."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from slamon.web.pages.rendering import render

_TITLES: Final = {
    HTTPStatus.BAD_REQUEST: "That question has a mistake in it",
    HTTPStatus.NOT_FOUND: "Not found",
    HTTPStatus.METHOD_NOT_ALLOWED: "This page is only for reading",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not known just now",
}


def failure_page(status: int, sentence: str, root: str) -> str:
    """The page as HTML; `sentence` is what the API would say."""
    return render(
        "failure.html",
        root,
        title=_TITLES.get(HTTPStatus(status), "Something went wrong here"),
        sentence=f"{sentence[:1].upper()}{sentence[1:]}.",
        missing=status == HTTPStatus.NOT_FOUND,
        again=status == HTTPStatus.SERVICE_UNAVAILABLE,
    )
