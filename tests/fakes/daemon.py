"""A daemon's HTTP API with scripted answers, for tests of the command line."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class ScriptedDaemon:
    """Answers by path; a list of answers for a path is given one after the other."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, bytes]]] = {}
        self.asked: list[tuple[str, list[tuple[str, str]]]] = []
        self.posted: list[tuple[str, Any]] = []
        self.url = ""

    def answer(self, path: str, body: Any, status: int = 200) -> None:
        """Add an answer; bytes go out as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.answers.setdefault(path, []).append((status, raw))

    def _reply(self, target: str) -> tuple[int, bytes]:
        parts = urlsplit(target)
        path = unquote(parts.path)
        self.asked.append((path, parse_qsl(parts.query)))
        scripted = self.answers.get(path)
        if not scripted:
            return 404, b'{"error": "unknown"}'
        return scripted.pop(0) if len(scripted) > 1 else scripted[0]


@contextmanager
def scripted_daemon() -> Iterator[ScriptedDaemon]:
    """Serve on a free port of this machine."""
    daemon = ScriptedDaemon()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            daemon.posted.append((unquote(urlsplit(self.path).path), json.loads(body)))
            self.do_GET()

        def do_GET(self) -> None:
            status, body = daemon._reply(self.path)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            del args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    daemon.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield daemon
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
