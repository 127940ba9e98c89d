from pathlib import Path

import pytest

from slamon.errors import ConfigError
from slamon.services import instance
from slamon.services.instance import claim_instance


def test_an_id_is_kept_over_restarts(tmp_path: Path) -> None:
    first = claim_instance(tmp_path / "new" / "folder", None)
    first.release()
    again = claim_instance(tmp_path / "new" / "folder", None)
    assert again.name == first.name
    assert again.name.startswith("slamon-")
    again.release()


def test_workers_on_one_folder_take_an_id_each_and_find_them_again(tmp_path: Path) -> None:
    claimed = [claim_instance(tmp_path, None) for _ in range(3)]
    names = [one.name for one in claimed]
    assert len(set(names)) == 3
    claimed[1].release()
    assert claim_instance(tmp_path, None).name == names[1]


def test_folders_do_not_share_ids(tmp_path: Path) -> None:
    assert claim_instance(tmp_path / "a", None).name != claim_instance(tmp_path / "b", None).name


def test_an_id_that_was_never_written_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "instance-0").write_text("\n")
    claimed = claim_instance(tmp_path, None)
    assert claimed.name.startswith("slamon-")
    # written at once: a worker that is killed comes back with it
    assert (tmp_path / "instance-0").read_text().split() == [claimed.name]
    claimed.release()


def test_a_configured_id_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "never"
    claimed = claim_instance(folder, "worker-1")
    claimed.release()
    assert claimed.name == "worker-1"
    assert not folder.exists()


def test_a_folder_that_can_not_be_written_is_a_wrong_configuration(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(ConfigError) as caught:
        claim_instance(file / "data", None)
    [problem] = caught.value.problems
    assert problem == f"data_dir: {file / 'data'}: Not a directory, allowed is a folder that slamon may write"


def test_more_workers_than_ids_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance, "_MOST", 2)
    held = [claim_instance(tmp_path, None) for _ in range(2)]
    with pytest.raises(ConfigError, match="2 workers hold their ids here"):
        claim_instance(tmp_path, None)
    assert len({one.name for one in held}) == 2
