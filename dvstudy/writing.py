"""Files that are whole or not there, in which no cell is a formula."""

from __future__ import annotations

import csv
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dvstudy.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

#: A cell that begins with one of these is run as a formula by some spreadsheet (the last four are full-width signs).
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_SIGNS: Final = "".join(FORMULA_STARTS).replace("-", r"\-")
#: A cell begins at the start of a text, and after what some program takes for the end of a cell or of a line.
_BEGINS: Final = r"(?:^|(?<=[;\t\r\n]))"
_RUN: Final = re.compile(rf"{_BEGINS}(?='* *[{_SIGNS}])")
_KEPT: Final = re.compile(rf"{_BEGINS}'(?='* *[{_SIGNS}])")
#: A signed number, or signs alone, as in a cell that holds a dash for "nothing".
_HARMLESS: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?|[+-]+", re.ASCII)


def neutral(text: str) -> str:
    """`text` as a cell that stays text: an apostrophe before what a spreadsheet would run as a formula. A signed number
    is none."""
    return text if _HARMLESS.fullmatch(text) else _RUN.sub("'", text)


def plain(text: str) -> str:
    """What `neutral` was given."""
    return _KEPT.sub("", text)


def csv_text(frame: pd.DataFrame) -> str:
    """The columns of a frame, without its index, as CSV; texts and headings are `neutral`."""
    import pandas as pd

    safe = frame.copy()
    for position, kind in enumerate(frame.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            cells = [neutral(cell) if isinstance(cell, str) else cell for cell in frame.iloc[:, position]]
            safe.isetitem(position, pd.array(cells, dtype="object"))
    safe.columns = pd.Index([neutral(str(name)) for name in frame.columns])
    text = str(safe.to_csv(index=False, lineterminator="\n"))
    if "\r" not in text:
        return text
    return str(safe.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC))  # else it ends a row


def toml_value(value: object) -> str:
    """Plain text, numbers, lists and tables on one line of TOML, whose texts are those of JSON."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml_value(one)}" for key, one in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def check(path: Path, *, force: bool) -> None:
    """Whether a file may be written at `path`: it is no folder, and nothing is there unless `force` says so.

    Raises
    ------
    UsageError
        `target_is_folder`, `target_exists`.
    """
    if path.is_dir():
        raise UsageError("target_is_folder", target=path.name)
    if path.exists() and not force:
        raise UsageError("target_exists", target=path.name)


def put(path: Path, content: str | bytes, *, force: bool) -> Path:
    """Write `content` (text in UTF-8) beside `path`, then move it into place: there is never half a file.

    Raises
    ------
    UsageError
        As `check`; `target_not_writable` when the place does not allow it.
    """
    check(path, force=force)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as staging:
            made = Path(staging) / path.name
            made.write_bytes(content if isinstance(content, bytes) else content.encode())
            return made.replace(path)
    except OSError:
        raise UsageError("target_not_writable", target=str(path)) from None


@contextmanager
def filled(folder: Path, *, force: bool) -> Iterator[Path]:
    """An empty folder to write into; at the end of the block what it holds is moved into `folder`.

    When the block or the move fails, `folder` is as it was before: nothing half-filled, nothing lost. Of a folder that
    was there only what has the same name is replaced.

    Raises
    ------
    UsageError
        `target_exists` without `force`; `target_not_folder`; `target_not_writable`.
    """
    check_folder(folder, force=force)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent)
    except OSError:
        raise UsageError("target_not_writable", target=str(folder)) from None
    with beside as staging:
        made, before = Path(staging) / "made", Path(staging) / "before"
        made.mkdir()
        before.mkdir()
        yield made
        try:
            _moved(made, folder, before)
        except OSError:
            raise UsageError("target_not_writable", target=str(folder)) from None


def check_folder(folder: Path, *, force: bool) -> None:
    """Whether a folder may be filled: nothing is there unless `force` says so, and then it is a folder.

    Raises
    ------
    UsageError
        `target_exists`, `target_not_folder`.
    """
    if folder.exists() and not force:
        raise UsageError("target_exists", target=str(folder))
    if folder.exists() and not folder.is_dir():
        raise UsageError("target_not_folder", target=str(folder))


def _moved(made: Path, folder: Path, before: Path) -> None:
    """Move every entry of `made` into `folder`, what it replaces into `before`; all of it or nothing."""
    if not folder.exists():
        made.rename(folder)
        return
    names = sorted(entry.name for entry in made.iterdir())
    try:
        for name in names:
            if (folder / name).exists():
                (folder / name).rename(before / name)
            (made / name).rename(folder / name)
    except OSError:
        for name in names:
            if not (made / name).exists():
                (folder / name).rename(made / name)
            if (before / name).exists():
                (before / name).rename(folder / name)
        raise
