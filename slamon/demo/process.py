"""One server process: in a session of its own, ended by its id, never left behind."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# Reads until the parent says "released" or is gone, however it went: the kernel closes the pipe of a process
# killed with -9 too. (PR_SET_PDEATHSIG would act when the *thread* that forked ends, and needs code between
# fork and exec.) The group, not the id: a group's id is not given away while a member lives.
_WATCH = 'read -r word; [ "$word" = released ] || kill -KILL "-$1"'


class ServerProcess:
    """A started command. Its own session keeps Ctrl-C away; a watcher ends it with its parent."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        detached: bool = False,
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        """`env` and `folder` (where it works) default to our own; what it says is appended to `log`."""
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=env,
                cwd=folder,
                start_new_session=True,
            )
        self._watch = None if detached else _watch(self._process.pid)

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Sends a signal, unless the process has ended."""
        self._process.send_signal(number)

    def stop(self, *, grace: float) -> None:
        """SIGTERM, and SIGKILL if it has not ended after the grace; returns when it is gone."""
        self.send(signal.SIGCONT)
        self._process.terminate()
        try:
            self._process.wait(grace)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._gone()

    def kill(self) -> None:
        """SIGKILL; returns when it is gone."""
        self._process.kill()
        self._gone()

    def _gone(self) -> None:
        if self._watch is not None:
            self._watch.communicate(b"released\n")
            self._watch = None
        self._process.wait()


def _watch(pid: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        ["/bin/sh", "-c", _WATCH, "slamon-watch", str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def is_running(pid: int, *, argument: str) -> bool:
    """Whether this process lives and was started with this argument (ids are given away again)."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return argument.encode() in words


def stop_by_id(pid: int, *, argument: str, grace: float) -> None:
    """Ends a process that is not our child: SIGTERM, SIGKILL after the grace; returns when it is gone."""
    deadline = time.monotonic() + grace
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGCONT)
        os.kill(pid, signal.SIGTERM)
        while is_running(pid, argument=argument):
            if time.monotonic() >= deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
