"""What an Alertmanager pages: a receiver of its webhooks in a thread, so that waiting for processes may block."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Pager:
    """Keeps (status, notice id, startsAt) of every alert that was paged."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bodies: list[dict[str, Any]] = []

    @property
    def pages(self) -> list[tuple[str, str, str]]:
        """In the order in which they came."""
        return [
            (alert["status"], alert["labels"]["notice_id"], alert["startsAt"])
            for body in list(self.bodies)
            for alert in body["alerts"]
        ]

    def statuses(self) -> list[str]:
        """Whether each page said firing or resolved."""
        return [status for status, _, _ in self.pages]


@contextmanager
def paging() -> Iterator[Pager]:
    """Listen on a free port while the block lasts."""
    found: list[Pager] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found[0].bodies.append(json.loads(body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server calls it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.append(Pager(f"http://127.0.0.1:{server.server_address[1]}/"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield found[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
