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


def test_a_folder_is_filled_at_the_end_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writing.filled(tmp_path / "new", force=False) as folder:
        (folder / "half").write_text("half", "utf-8")
        _ = 1 / 0
    assert list(tmp_path.iterdir()) == []
    with writing.filled(tmp_path / "new", force=False) as folder:
        (folder / "a").write_text("1", "utf-8")
        assert not (tmp_path / "new").exists()
    assert [(p.name, p.read_text("utf-8")) for p in (tmp_path / "new").iterdir()] == [("a", "1")]


def test_of_a_folder_that_is_there_only_the_same_names_are_replaced(tmp_path: Path) -> None:
    there = tmp_path / "there"
    (there / "run").mkdir(parents=True)
    (there / "run" / "old").touch()
    (there / "notes").write_text("mine", "utf-8")
    with pytest.raises(UsageError) as caught, writing.filled(there, force=False):
        pass
    assert caught.value.code == "target_exists"
    with writing.filled(there, force=True) as folder:
        (folder / "run").mkdir()
        (folder / "run" / "new").touch()
    assert {p.relative_to(there).as_posix() for p in there.rglob("*")} == {"notes", "run", "run/new"}
    with pytest.raises(UsageError) as caught, writing.filled(there / "notes", force=True):
        pass
    assert caught.value.code == "target_not_folder" and list(tmp_path.iterdir()) == [there]


def test_a_move_that_fails_midway_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = tmp_path / "there"
    there.mkdir()
    for name in ("a", "b"):
        (there / name).write_text("old", "utf-8")
    move = Path.rename

    def stubborn(self: Path, target: Path) -> Path:
        if self.name == "b" and self.parent.name == "made":
            raise OSError(28, "full")
        return move(self, target)

    monkeypatch.setattr(Path, "rename", stubborn)
    with pytest.raises(UsageError) as caught, writing.filled(there, force=True) as folder:
        for name in ("a", "b"):
            (folder / name).write_text("new", "utf-8")
    assert caught.value.code == "target_not_writable"
    assert {p.name: p.read_text("utf-8") for p in there.iterdir()} == {"a": "old", "b": "old"}
