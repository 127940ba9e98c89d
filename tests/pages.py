"""A page as a reader without a browser takes it: its text, links, forms, tags and times."""

from html.parser import HTMLParser

_ALONE = frozenset({"meta", "link", "img", "br", "input", "wbr", "rect", "circle", "path"})

NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></textarea><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    "<!channel> <https://evil|x> `*_~",
    "&lt;b&gt;&amp;",
    "\u202eevil\u2066\u200b",
    "a\x00b\x1bc\r\nd\u2028e",
    "javascript:alert(1)",
    "x" * 40_000,
    "\ud800",
)
"""Names that try to break out of a page, or to fool who reads it."""

_INLINE = frozenset({"a", "bdi", "span", "strong", "wbr", "time"})


class Read(HTMLParser):
    """Reads a page; a tag that is not closed, or closed where it is not open, is a mistake in the page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.title = ""
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.forms: list[str] = []
        self.times: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.checked: list[str] = []
        self.values: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == [], self._open
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.text += "" if tag in _INLINE else " "
        given = dict(attrs)
        if tag not in _ALONE:
            self._open.append(tag)
        if tag == "a":
            self.links.append(given.get("href") or "")
        if tag == "form":
            self.forms.append(given.get("action") or "")
        if tag == "time":
            self.times.append(given.get("datetime") or "")
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag == "input":
            self._take_input(given)

    def _take_input(self, given: dict[str, str | None]) -> None:
        name, value = given.get("name") or "", given.get("value") or ""
        if given.get("type") != "checkbox":
            self.values[name] = value
        elif "checked" in given:
            self.checked.append(value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._open and self._open[-1] == "title":
            self.title += data
