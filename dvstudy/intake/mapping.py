"""What a team says about its own files, in a small TOML file under a strict model.

One part describes one file: which of its columns is which of ours, which to ignore, which codes the team uses. For
`dvstudy score` the whole mapping is one part; for a folder each part names its file and what it feeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dvstudy.checks import read_toml_file, validated

Role = Literal["police_officer", "social_worker", "advocate", "trained_assessor", "psychologist", "joint_team"]


class Part(BaseModel):
    """What every file may say: `columns` is ours = theirs; columns under `ignore` are dropped while reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    sheet: str | None = None
    case_id: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    ignore: tuple[str, ...] = Field(default=(), strict=False)

    def named(self) -> Iterator[str]:
        """The file's columns that this part uses by name."""
        yield from self.columns.values()
        if self.case_id is not None:
            yield self.case_id


class FormsPart(Part):
    """A file of forms: one row a form. `answers` is the team's spelling = our code, for every item that offers it.

    `not_collected` lists items that the team's form does not have: every form then counts them as not asked.
    """

    answers: dict[str, str] = Field(default_factory=dict)
    not_collected: tuple[str, ...] = Field(default=(), strict=False)


class TablePart(Part):
    """A file of cases, outcomes, orders or services; `codes` holds, for each of our columns, their spelling = ours."""

    file: str
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)


class FormsFile(FormsPart):
    """A file of forms in a folder: with what instrument, and who filled it in."""

    file: str
    instrument: str
    rater_role: Role


class FolderMapping(BaseModel):
    """The mapping.toml of a team's folder."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str | None = None
    cases: TablePart | None = None
    forms: tuple[FormsFile, ...] = Field(default=(), strict=False)
    outcomes: TablePart | None = None
    orders: TablePart | None = None
    services: TablePart | None = None

    def tables(self) -> Mapping[str, TablePart]:
        """The parts that feed tables other than the forms, by the table's name."""
        parts = {"cases": self.cases, "outcomes": self.outcomes, "orders": self.orders, "services": self.services}
        return {name: part for name, part in parts.items() if part is not None}


def of_forms(path: str | Path | None) -> FormsPart:
    """The mapping of one file of forms; the defaults when `path` is None.

    Raises
    ------
    CheckFailed
        Listing unknown or repeated keys with the nearest spelling, and values of the wrong kind.
    """
    if path is None:
        return FormsPart()
    return validated(FormsPart, read_toml_file(Path(path)), Path(path).name)


def of_folder(path: Path) -> FolderMapping:
    """The mapping of a folder, from its mapping.toml."""
    return validated(FolderMapping, read_toml_file(path), path.name)
