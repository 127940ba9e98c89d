"""Free TCP ports on the loopback interface."""

import random
import socket

LOOPBACK = "127.0.0.1"

# Below the range from which Linux takes the near end of outgoing connections (32768 and up). A client that
# keeps knocking at the port of a dead server could otherwise be given that very port and connect to itself.
_FIRST, _LAST = 20_000, 31_999


def free_port() -> int:
    """A port that nothing listened on a moment ago; it stays free while the server behind it is down."""
    for _ in range(1_000):
        port = random.randint(_FIRST, _LAST)
        if is_free(port):
            return port
    raise OSError(f"no free port between {_FIRST} and {_LAST} on {LOOPBACK}")


def is_free(port: int) -> bool:
    """Whether a server could listen on this port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
