"""Fetches the jars that pom.xml names, once, into a cache folder."""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib import resources
from pathlib import Path

from slamon.demo.kafka.errors import KafkaUnavailableError

JAVA_NEEDED = 17
_LOGGING = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true")


def kafka_jars() -> Path:
    """The folder with the jars of Kafka; Maven fills it when it is not there yet."""
    pom = resources.files(__package__).joinpath("pom.xml").read_bytes()
    folder = _cache() / f"kafka-{kafka_version(pom)}-{hashlib.sha256(pom).hexdigest()[:12]}"
    if folder.is_dir():
        return folder
    check_java()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_name(f"{folder.name}.lock")):
        if not folder.is_dir():
            _fetch(pom, folder)
    return folder


def java_command(main: str, *arguments: str, options: Sequence[str]) -> list[str]:
    """The command that runs one of Kafka's main classes."""
    return [java(), *options, *_LOGGING, "-cp", f"{kafka_jars()}/*", main, *arguments]


def kafka_version(pom: bytes) -> str:
    """The version of Kafka that a pom.xml pins."""
    found = re.search(rb"<kafka\.version>([^<]+)</kafka\.version>", pom)
    if found is None:
        raise KafkaUnavailableError("pom.xml names no kafka.version")
    return found.group(1).decode()


def java() -> str:
    """The java command: that of JAVA_HOME, else the one on the PATH."""
    home = os.environ.get("JAVA_HOME")
    command = shutil.which("java", path=str(Path(home) / "bin")) if home else None
    command = command or shutil.which("java")
    if command is None:
        raise KafkaUnavailableError(f"no java on the PATH or in JAVA_HOME; Kafka needs Java {JAVA_NEEDED}")
    return command


def check_java() -> None:
    """Raises when the java command is missing or too old for Kafka."""
    said = subprocess.run([java(), "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    if found is None or int(found.group(1)) < JAVA_NEEDED:
        raise KafkaUnavailableError(f"Kafka needs Java {JAVA_NEEDED}; {java()} says: {said.strip()[:200]}")


def _cache() -> Path:
    given = os.environ.get("SLAMON_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "slamon"


def _fetch(pom: bytes, folder: Path) -> None:
    """Has Maven copy the jars beside their place, then moves them there in one step."""
    mvn = shutil.which("mvn")
    if mvn is None:
        raise KafkaUnavailableError("no mvn found; Maven fetches the jars of Kafka the first time")
    sys.stderr.write("fetching the jars of Apache Kafka with Maven (once)\n")
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".fetch-") as name:
        work = Path(name)
        (work / "pom.xml").write_bytes(pom)
        command = [mvn, "-q", "-B", "-f", str(work / "pom.xml"), "dependency:copy-dependencies"]
        command += ["-DincludeScope=runtime", f"-DoutputDirectory={work / 'jars'}"]
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise KafkaUnavailableError(f"Maven could not fetch the jars:\n{done.stdout}{done.stderr}")
        (work / "jars").rename(folder)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Holds a lock between processes: two first starts at once run Maven one after the other."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
