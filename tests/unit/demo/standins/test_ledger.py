"""The ledger on disk."""

import asyncio
from pathlib import Path

from slamon.demo.standins.ledger import Ledger, read_ledger


async def test_a_row_is_on_disk_when_append_returns(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ledger.jsonl"
    ledger = Ledger(path)
    await ledger.append({"id": "a"})
    assert list(read_ledger(path)) == [{"seq": 1, "id": "a"}]
    await ledger.close()


async def test_rows_of_a_storm_are_all_there_in_order(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    await asyncio.gather(*(ledger.append({"id": number}) for number in range(500)))
    await ledger.close()
    assert [row["id"] for row in read_ledger(path)] == list(range(500))


async def test_a_successor_goes_on_after_the_last_whole_row(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'{"seq":1,"id":"a"}\n{"seq":2,"i')
    ledger = Ledger(path)
    await ledger.append({"id": "b\u2028\ud800"})
    await ledger.close()
    assert [row["id"] for row in read_ledger(path)] == ["a", "b\u2028\ud800"]


def test_no_file_has_no_rows(tmp_path: Path) -> None:
    assert list(read_ledger(tmp_path / "none")) == []
