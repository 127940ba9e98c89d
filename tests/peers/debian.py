"""Programs from Debian that tests talk to."""

import os
import shutil

import pytest


def program(name: str) -> str:
    """Its path. Missing where `dev/debian-packages` can't install it, the test is skipped; else that is a failure."""
    path = shutil.which(name)
    if path is not None:
        return path
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        pytest.skip(f"{name} is not installed, and only root on Debian can install it: dev/debian-packages")
    pytest.fail(f"{name} is not installed: run dev/debian-packages (make test-peers does)")
