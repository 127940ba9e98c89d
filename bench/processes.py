"""Contenders as processes of their own: started, waited for, their last line read."""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import count
from typing import Any

from bench.contenders.job import Job

_PATIENCE = 1_800.0
_runs = count(1)


class ContenderError(Exception):
    """A contender ended without a result; the text ends with its last words."""


def run(name: str, job: Job) -> dict[str, Any]:
    """Run a contender to its end in a folder and under names of its own; returns what it said."""
    number = next(_runs)
    own = replace(
        job, run=job.run or f"bench-{number}-{name.replace('_', '-')}", folder=f"{job.folder}/{number}-{name}"
    )
    own.path.mkdir(parents=True)
    command = [sys.executable, "-m", f"bench.contenders.{name}", own.text()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    lines = done.stdout.strip().splitlines()
    try:
        said: dict[str, Any] = json.loads(lines[-1])
    except (IndexError, ValueError):
        raise ContenderError(f"{name} ended with {done.returncode} and no result:\n{done.stderr[-3_000:]}") from None
    return said
