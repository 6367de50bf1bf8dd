"""Which file of a team's folder feeds what: said by its mapping.toml, or by the names of the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from dvstudy import instruments, tables
from dvstudy.checks import nearest, validated
from dvstudy.errors import CheckFailed, Problem, Problems
from dvstudy.intake import mapping
from dvstudy.intake.mapping import FolderMapping, FormsFile, Part, TablePart

MAPPING: Final = "mapping.toml"
_READ: Final = (".csv", ".tsv", ".xlsx")
_TABLES: Final = ("cases", "outcomes", "orders", "services")


def plan(folder: Path) -> FolderMapping:
    """The folder's mapping.toml; without one, what the names of its files say.

    Without a mapping the files are called cases, outcomes, orders, services, and after the instrument and the role of
    the person who filled the form (``order146_social_worker.csv``); without a role (``order146.csv``) it is the one the
    instrument is made for.

    Raises
    ------
    CheckFailed
        No such folder, nothing to read in it, a file whose name says nothing, two files for one thing, or a fault of
        the mapping.
    """
    if not folder.is_dir():
        raise CheckFailed(folder.name, [Problem("folder_missing", place=folder.name)])
    if (folder / MAPPING).is_file():
        return mapping.of_folder(folder / MAPPING)
    return _by_names(folder)


def elsewhere(whole: FolderMapping, part: FormsFile | TablePart) -> set[str]:
    """Columns of the part's own file and sheet that other parts use by name: known, but not this part's business."""
    others: list[FormsFile | TablePart] = [*whole.tables().values(), *whole.forms]
    same = (o for o in others if o is not part and (o.file, o.sheet) == (part.file, part.sheet))
    return {column for other in same for column in _named(other)}


def _named(part: Part) -> Iterator[str]:
    yield from part.named()


def _by_names(folder: Path) -> FolderMapping:
    found = Problems(folder.name)
    named: dict[str, str] = {}
    forms = {stem: (name, role) for stem, name, role in _form_names()}
    known = (*_TABLES, *forms)
    for path in sorted(folder.iterdir()):
        if path.suffix.casefold() not in _READ or path.name.startswith((".", "~$")):
            continue
        stem = path.stem.casefold()
        if stem not in known:
            found.add(Problem("file_unknown", folder.name, path.name, known, nearest(stem, known)))
        elif stem in named:
            found.add(Problem("file_twice", folder.name, f"{named[stem]}, {path.name}"))
        named.setdefault(stem, path.name)
    if not named:
        found.add(Problem("folder_empty", place=folder.name, allowed=known))
    found.stop()
    read: dict[str, Any] = {name: {"file": named[name]} for name in _TABLES if name in named}
    read["forms"] = [
        {"file": named[stem], "instrument": name, "rater_role": role}
        for stem, (name, role) in forms.items()
        if stem in named
    ]
    return validated(FolderMapping, read, folder.name)


def _form_names() -> Iterator[tuple[str, str, str]]:
    """Every file name that means forms, with its instrument and role."""
    for name in instruments.available():
        yield name, name, instruments.load(name).informant
        yield from ((f"{name}_{role}", name, role) for role in tables.ROLES)
