"""Which instance this worker is: a random id kept in `data_dir`, locked while the worker lives.

A worker that comes back with its id within the session timeout keeps its partitions (static membership).
Several workers on one `data_dir` take an id each.
"""

import fcntl
import uuid
from pathlib import Path
from typing import IO

from slamon.errors import ConfigError

_MOST = 64


class Instance:
    """A claimed instance id; held until `release` or the end of the process."""

    def __init__(self, name: str, file: IO[str] | None) -> None:
        """`file`: the locked one; None for an id from the configuration."""
        self.name = name
        self._file = file

    def release(self) -> None:
        """Let another worker have the id."""
        if self._file is not None:
            self._file.close()


def claim_instance(data_dir: Path, configured: str | None) -> Instance:
    """Take the configured id, else the first free one of `data_dir`. Raises ConfigError when it can't be written."""
    if configured is not None:
        return Instance(configured, None)
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        for number in range(_MOST):
            claimed = _claim(data_dir / f"instance-{number}")
            if claimed is not None:
                return claimed
    except OSError as fault:
        words = fault.strerror or "can't be written"
        raise ConfigError([f"data_dir: {data_dir}: {words}, allowed is a folder that slamon may write"]) from None
    raise ConfigError([f"data_dir: {data_dir}: {_MOST} workers hold their ids here, allowed is one folder each"])


def _claim(path: Path) -> Instance | None:
    file = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    file.seek(0)
    name = file.read().strip()
    if not name:
        name = f"slamon-{uuid.uuid4().hex[:12]}"
        file.write(name)
        file.flush()
    return Instance(name, file)
