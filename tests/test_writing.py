"""Files are whole or not there, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from dvstudy import language, writing
from dvstudy.errors import UsageError


def test_a_text_is_written_as_it_is_into_a_new_folder(tmp_path: Path) -> None:
    made = writing.put(tmp_path / "new" / "x.csv", "ș,1\r\n2\n", force=False)
    assert made.read_bytes() == "ș,1\r\n2\n".encode()
    assert [p.name for p in made.parent.iterdir()] == ["x.csv"]


def test_what_is_there_is_kept_unless_forced_and_a_folder_always(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine", "utf-8")
    (tmp_path / "folder").mkdir()
    for name, force, code in (("x", False, "target_exists"), ("folder", True, "target_is_folder")):
        with pytest.raises(UsageError) as caught:
            writing.put(tmp_path / name, "theirs", force=force)
        assert caught.value.code == code
        assert all(name in caught.value.text(one) for one in language.languages())
    assert (tmp_path / "x").read_text("utf-8") == "mine"
    assert writing.put(tmp_path / "x", "theirs", force=True).read_text("utf-8") == "theirs"
    assert (tmp_path / "folder").is_dir()


def test_a_place_that_cannot_be_written_to_is_said_and_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(UsageError) as caught:
        writing.put(tmp_path / "file" / "x", "theirs", force=False)
    assert caught.value.code == "target_not_writable"

    def full(self: Path, *_: object, **__: object) -> None:
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError) as caught:
        writing.put(tmp_path / "x", "theirs", force=False)
    assert caught.value.code == "target_not_writable"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
