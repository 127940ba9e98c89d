"""Asks a broker who is in its cluster: one Metadata request over a plain socket, without a client."""

import socket
import struct

_API_METADATA, _VERSION, _CORRELATION = 3, 1, 1
_HEADER = struct.pack(">hhih", _API_METADATA, _VERSION, _CORRELATION, -1)  # no client id
_NO_TOPICS = struct.pack(">i", 0)
_REQUEST = struct.pack(">i", len(_HEADER) + len(_NO_TOPICS)) + _HEADER + _NO_TOPICS


def nodes_at(host: str, port: int, *, timeout: float = 2.0) -> frozenset[int]:
    """The ids of the brokers that serve, as the one at this address knows them; empty without an answer.

    A KRaft broker answers only after it has registered and caught up with the metadata log: an answer that
    names the broker itself means "ready".
    """
    try:
        with socket.create_connection((host, port), timeout) as connection:
            connection.sendall(_REQUEST)
            (size,) = struct.unpack(">i", _read(connection, 4))
            return _node_ids(_read(connection, size))
    except (OSError, struct.error):
        return frozenset()


def _read(connection: socket.socket, size: int) -> bytes:
    answer = bytearray()
    while len(answer) < size:
        part = connection.recv(size - len(answer))
        if not part:
            raise ConnectionResetError("the broker hung up in mid-answer")
        answer += part
    return bytes(answer)


def _node_ids(answer: bytes) -> frozenset[int]:
    """Reads `correlation, [node, host, port, rack]…` and leaves the rest."""
    at = 8
    (count,) = struct.unpack_from(">i", answer, 4)
    ids = set()
    for _ in range(count):
        node, host_size = struct.unpack_from(">ih", answer, at)
        at += 6 + host_size + 4
        (rack_size,) = struct.unpack_from(">h", answer, at)
        at += 2 + max(rack_size, 0)
        ids.add(node)
    return frozenset(ids)
