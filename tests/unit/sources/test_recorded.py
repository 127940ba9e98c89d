import gzip
import io
import json
import tracemalloc
from pathlib import Path

import pytest

from slamon.errors import InputError
from slamon.sources.lines import Item, RecordedEvent, RejectedLine
from slamon.sources.recorded import read_recorded

EVENT = b'{"order_id": "o-1"}'
CSV = b"order_id,occurred_at\no-1,T\n"


def read(*files: Path | str, most: int = 1000, stdin: bytes = b"") -> list[Item]:
    return list(read_recorded([str(file) for file in files], max_event_bytes=most, stdin=io.BytesIO(stdin)))


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("name", ["may.jsonl", "may.jsonl.gz", "MAY.JSONL"])
def test_json_lines(tmp_path: Path, name: str) -> None:
    file = written(tmp_path / name, b"\n" + EVENT + b"\r\n \t\n" + EVENT)
    assert read(file) == [RecordedEvent(str(file), 2, EVENT), RecordedEvent(str(file), 4, EVENT)]


@pytest.mark.parametrize("name", ["may.csv", "may.csv.gz", "May.Csv"])
def test_csv(tmp_path: Path, name: str) -> None:
    file = written(tmp_path / name, CSV)
    assert [(item.line, json.loads(item.value)) for item in read(file) if isinstance(item, RecordedEvent)] == [
        (2, {"order_id": "o-1", "occurred_at": "T"})
    ]


def test_standard_input_and_files_one_after_another(tmp_path: Path) -> None:
    file = written(tmp_path / "may.jsonl", EVENT)
    assert read("-", file, stdin=b"5\n6") == [
        RecordedEvent("-", 1, b"5"),
        RecordedEvent("-", 2, b"6"),
        RecordedEvent(str(file), 1, EVENT),
    ]
    assert read("-") == []


@pytest.mark.parametrize("name", ["may.jsonl", "may.jsonl.gz"])
def test_a_line_too_long_costs_itself(tmp_path: Path, name: str) -> None:
    file = written(tmp_path / name, b"x" * 1001 + b"\n" + b"y" * 1000 + b"\n")
    assert read(file) == [
        RejectedLine(str(file), 1, "too_large", "longer than 1000 bytes"),
        RecordedEvent(str(file), 2, b"y" * 1000),
    ]


def test_bytes_that_are_not_utf8_are_the_decoders_business(tmp_path: Path) -> None:
    file = written(tmp_path / "may.jsonl", b"\xe9\n" + EVENT)
    assert read(file) == [RecordedEvent(str(file), 1, b"\xe9"), RecordedEvent(str(file), 2, EVENT)]


@pytest.mark.parametrize("name", ["may.jsonl", "may.csv", "may.jsonl.gz"])
def test_a_missing_file_is_told_before_any_is_read(tmp_path: Path, name: str) -> None:
    there = written(tmp_path / "there.jsonl", EVENT)
    with pytest.raises(InputError, match=f"{name}: No such file"):
        read_recorded([str(there), str(tmp_path / name)], max_event_bytes=1000)


@pytest.mark.parametrize("name", ["may.json", "may.txt", "may", "may.gz", "may.jsonl.zst", ""])
def test_an_unknown_kind_of_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"allowed are \.jsonl, \.csv, \.jsonl\.gz, \.csv\.gz and -"):
        read(tmp_path / name if name else "")


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "may.jsonl").mkdir()
    with pytest.raises(InputError, match=r"may\.jsonl: Is a directory"):
        read(tmp_path / "may.jsonl")


@pytest.mark.parametrize("cut", [0, 1, 5, 10, 30, -4, -8, -9])
def test_a_gzip_file_cut_short(tmp_path: Path, cut: int) -> None:
    whole = gzip.compress(b"".join(b'{"order_id": "o-%d"}\n' % number for number in range(1000)))
    file = tmp_path / "may.jsonl.gz"
    file.write_bytes(whole[:cut])
    with pytest.raises(InputError, match=r"may\.jsonl\.gz: .*(cut short|empty|Not a gzipped file)"):
        read(file)


def test_a_damaged_gzip_file(tmp_path: Path) -> None:
    whole = bytearray(gzip.compress(EVENT * 1000))
    whole[len(whole) // 2] ^= 0xFF
    file = tmp_path / "may.jsonl.gz"
    file.write_bytes(whole)
    with pytest.raises(InputError, match=r"may\.jsonl\.gz: "):
        read(file, most=100_000)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("may.jsonl", gzip.compress(EVENT), "the content is gzip"),
        ("may.csv", gzip.compress(CSV), "the content is gzip"),
        ("may.jsonl", EVENT.decode().encode("utf-16"), "the text is UTF-16"),
        ("may.csv", CSV.decode().encode("utf-16"), "the text is UTF-16"),
        ("may.jsonl.gz", EVENT, "Not a gzipped file"),
        ("may.csv", b"1,2,3\n", "must name the fields"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, name: str, content: bytes, complaint: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(InputError, match=f"{name}: .*{complaint}"):
        read(file)


def test_progress_counts_bytes_on_disk(tmp_path: Path) -> None:
    packed = written(tmp_path / "may.jsonl.gz", EVENT + b"\n" * 2_000_000)
    plain = written(tmp_path / "june.jsonl", (EVENT + b"\n") * 50_000)
    total = packed.stat().st_size + plain.stat().st_size
    seen: list[tuple[int, int | None]] = []
    files = [str(packed), str(plain)]
    list(read_recorded(files, max_event_bytes=1000, progress=lambda *step: seen.append(step)))
    assert seen[-1] == (total, total)
    assert seen == sorted(seen)
    assert len(seen) >= 4


def test_the_total_is_unknown_with_standard_input(tmp_path: Path) -> None:
    file = written(tmp_path / "may.jsonl", EVENT)
    seen: list[tuple[int, int | None]] = []
    list(
        read_recorded(
            [str(file), "-"],
            max_event_bytes=1000,
            stdin=io.BytesIO(b"56\n"),
            progress=lambda *step: seen.append(step),
        )
    )
    assert seen == [(len(EVENT), None), (len(EVENT) + 3, None)]


def test_a_large_file_takes_little_memory(tmp_path: Path) -> None:
    file = written(tmp_path / "bomb.jsonl.gz", b"x" * 50_000_000 + b"\n" + (EVENT + b"\n") * 10)
    tracemalloc.start()
    try:
        items = read(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [item.line for item in items] == list(range(1, 12))
    assert peak < 4_000_000
