"""Result: the one shape that every analysis returns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from dvstudy import language as lang
from dvstudy.wording import Kind, label_of, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "ALL", "CORE", "EXTRA", "Kind", "Note", "Quantity", "Result", "Status", "label_of", "not_estimable", "table",
    "written", "written_all",
]  # fmt: skip

Status = Literal["ok", "caution", "not_estimable"]

#: Columns every result table has, in this order. Further columns may follow; see `EXTRA`.
CORE: Final = ("term", "group", "estimate", "conf_low", "conf_high", "n", "method")
#: Further columns with a fixed meaning: `count` numerator behind a share, `clusters` number of clusters,
#: `kind` how the estimate is written (a `Kind`), `p_value`, `df` degrees of freedom, `std_error`.
EXTRA: Final = ("count", "clusters", "kind", "p_value", "df", "std_error")
ALL: Final = "all"


@dataclass(frozen=True)
class Quantity:
    """A number on its way to a sentence: raw value, how it is written, and the count behind it (for disclosure)."""

    value: float
    kind: Kind
    n: float = float("nan")


@dataclass(frozen=True)
class Note:
    """A coded caution or remark: the sentence is ``note.<code>`` in the catalogues."""

    code: str
    values: Mapping[str, Quantity | str] = field(default_factory=dict)

    def text(self, language: str = lang.BASE) -> str:
        return lang.text(f"note.{self.code}", language, **written_all(self.values, language))


@dataclass(frozen=True)
class Result:
    """The answer to one question.

    Attributes
    ----------
    name
        Identifies the result inside a study run (``"accuracy_order146"``); also the stem of its files.
    table
        Tidy: the `CORE` columns, then any of `EXTRA`. `term` and `group` are codes with labels in the catalogues
        (``term.<code>``, ``group.<code>``), or item ids of `meta["instrument"]`. `group` is "all" for the whole.
        One number a cell, nothing rounded, missing numbers are NaN.
    frames
        Further tables by name: curves, surfaces, 2x2 counts.
    meta
        `question`, `estimand`, `method` (catalogue keys ``question.<code>`` ...), `citation` (text), `options`,
        `data` (fingerprint), `synthetic` (bool), `instrument` (id or None), `picture` (a function of `dvstudy.draw`
        or None). For display, where needed: `words` (family of keys that labels terms and groups first), `about` (code
        of the form or quantity, said after the caption), `beside` (results of one code are columns of one table),
        `whole` (the groups are shares of one whole: the gate hides at least two), `readings` (the groups read the same
        people in different ways, and none is what the others leave of a whole), `group_kind` (the groups are numbers,
        to be written as this kind).
    notes
        Coded cautions and remarks.
    status
        `ok`, `caution` (read the notes first) or `not_estimable` (the data cannot answer; a note says why).
    """

    name: str
    table: pd.DataFrame
    meta: Mapping[str, Any]
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    notes: Sequence[Note] = ()
    status: Status = "ok"

    def row(self, term: str, group: str = ALL) -> pd.Series:
        """The one row with this term and group; KeyError when there is none or several."""
        found = self.table[(self.table["term"] == term) & (self.table["group"] == group)]
        if len(found) != 1:
            raise KeyError(f"{self.name}: {len(found)} rows with term={term!r}, group={group!r}")
        return found.iloc[0]

    def quantity(self, term: str, kind: Kind, group: str = ALL) -> Quantity:
        """The estimate of a row as a `Quantity` for a sentence."""
        row = self.row(term, group)
        behind = row["n"] if pd.isna(row.get("count")) else row["count"]
        return Quantity(float(row["estimate"]), kind, float(behind))

    def with_notes(self, *notes: Note, status: Status | None = None) -> Result:
        return replace(self, notes=(*self.notes, *notes), status=status or self.status)

    def text(self, language: str = lang.BASE) -> str:
        """A short printed summary: question, table of estimates with intervals, notes."""
        head = lang.text(f"question.{self.meta['question']}", language)
        rows = [self._line(row, language) for row in self.table.to_dict("records")]
        return "\n".join([head, *rows, *(f"* {note.text(language)}" for note in self.notes)])

    def plot(self, ax: Axes, language: str = lang.BASE) -> None:
        """Draw the result's picture on `ax`; ValueError when it has none."""
        from dvstudy import draw

        if not self.meta.get("picture"):
            raise ValueError(f"{self.name} has no picture")
        draw.picture(self.meta["picture"])(ax, self.table, self.frames, self.meta, language)

    def _line(self, row: Mapping[Any, Any], language: str) -> str:
        kind: Kind = row.get("kind", "number")
        shown = {key: written(row[key], kind, language) for key in ("estimate", "conf_low", "conf_high")}
        label = label_of("term", row["term"], self.meta, language)
        group = "" if row["group"] == ALL else f" [{label_of('group', row['group'], self.meta, language)}]"
        interval = f"({shown['conf_low']} {lang.DASH} {shown['conf_high']})"
        return f"{label}{group}: {shown['estimate']} {interval}, n = {written(row['n'], 'count', language)}"


def table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A result table from rows: core columns first and all present, extra columns after them."""
    frame = pd.DataFrame(list(rows))
    extra = [c for c in EXTRA if c in frame.columns]
    unknown = sorted(set(frame.columns) - {*CORE, *EXTRA})
    if unknown:
        raise ValueError(f"columns without a fixed meaning: {unknown}; put them in a frame")
    return frame.reindex(columns=[*CORE, *extra])


def not_estimable(name: str, meta: Mapping[str, Any], *notes: Note) -> Result:
    """An empty result whose notes say why the data cannot answer."""
    return Result(name, pd.DataFrame(columns=list(CORE)), meta, notes=notes, status="not_estimable")


def written_all(values: Mapping[str, Quantity | str], language: str) -> dict[str, str]:
    """The values of a sentence as text. Text that begins with "@" is a word to look up: a catalogue key
    (``@term.kappa``) or a label of an instrument (``@order146/q14``); other text stands as it is."""
    return {
        k: _word(v, language) if isinstance(v, str) else written(v.value, v.kind, language) for k, v in values.items()
    }


def _word(word: str, language: str) -> str:
    if not word.startswith("@"):
        return word
    instrument, _, code = word[1:].rpartition("/")
    return label_of("term", code, {"instrument": instrument}, language) if instrument else lang.text(code, language)
