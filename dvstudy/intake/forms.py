"""A team's file of forms: one row a form, every answer understood or every fault listed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from dvstudy import instruments, tables
from dvstudy.checks import nearest
from dvstudy.errors import CheckFailed, Problem, Problems, Refused
from dvstudy.instruments import Instrument
from dvstudy.instruments.known import check_questions
from dvstudy.intake import cells, columns, privacy, vocabulary
from dvstudy.intake import mapping as mappings
from dvstudy.intake.columns import CASE_ID, Wanted
from dvstudy.intake.limits import LEAST_CASES
from dvstudy.intake.mapping import FormsPart
from dvstudy.intake.table import check_table, read_table
from dvstudy.intake.text import rows_shown
from dvstudy.intake.vocabulary import Vocabulary

#: Columns about the assessment that a file of forms may carry beside the answers.
ABOUT: Final = ("rater_id", "occasion", "mode", "days_after")


@dataclass(frozen=True)
class Forms:
    """Forms as read.

    Attributes
    ----------
    instrument
        The definition they were read with.
    answers
        One row a form in the order of the file, one column an item; categorical with the instrument's answers and
        reasons for missing. The index `case_id` is the file's, outer spaces removed.
    about
        Columns of `tables.ASSESSMENTS` that the file carries (`ABOUT`), with the same index.
    written
        The case ids exactly as the file writes them.
    rows
        The row number of each form in the file, as a spreadsheet shows it.
    """

    instrument: Instrument
    answers: pd.DataFrame
    about: pd.DataFrame
    written: tuple[str, ...]
    rows: tuple[int, ...]

    @property
    def case_ids(self) -> tuple[str, ...]:
        return tuple(self.answers.index)

    def __len__(self) -> int:
        return len(self.answers)


def forms(path: str | Path, instrument: str | Path | Instrument, mapping: str | Path | None = None) -> Forms:
    """Read a team's file of forms.

    Parameters
    ----------
    path
        CSV or Excel; see `read_table`.
    instrument
        Id of an instrument (``"order146"``), the path of a definition file, or an instrument that was loaded (with
        parameters or an overlay).
    mapping
        TOML that says which column is which; without it the columns are `case_id` and the item ids (``q01`` or
        ``Q1``). See docs/own-data.md.

    Raises
    ------
    CheckFailed
        Every fault at once: unknown and missing columns, repeated or blank case ids, codes that an item does not
        offer, direct identifiers; each with rows, what is allowed and the nearest spelling.
    Refused
        `too_few_cases` below 30: scores of a few forms would be about persons, not about an instrument;
        `questions_not_known` for an instrument whose questions are not known.
    """
    path = Path(path)
    found = Problems(path.name)
    part = found.kept(lambda: mappings.of_forms(mapping))
    definition = found.kept(lambda: loaded(instrument))
    if part is None or definition is None:  # what can be told of the file without them
        found.kept(lambda: read_table(path, sheet=part.sheet, ignore=part.ignore) if part else check_table(path))
        raise CheckFailed(path.name, found.found)
    read = read_forms(path, definition, part)
    if len(read) < LEAST_CASES:
        raise Refused("too_few_cases", n=len(read), least=LEAST_CASES, subject=path.name)
    return read


def loaded(instrument: str | Path | Instrument) -> Instrument:
    """The instrument itself, or the one with this id or file."""
    return instrument if isinstance(instrument, Instrument) else instruments.load(instrument)


def read_forms(
    path: Path,
    instrument: Instrument,
    part: FormsPart,
    *,
    elsewhere: Collection[str] = (),
    several: bool = False,
) -> Forms:
    """`forms` for one part of a mapping, however few; `several` lets a case come back on another `occasion`."""
    check_questions(instrument)
    table = read_table(path, sheet=part.sheet, ignore=part.ignore)
    found = Problems(path.name)
    found.extend(_mapping_problems(path.name, instrument, part))
    assigned = columns.find(path.name, table, part, _wanted(instrument, part, elsewhere))
    found.extend(assigned.problems)
    words = {name: vocabulary.of_answers(answers, part.answers) for name, answers in instrument.answer_sets.items()}
    read: dict[str, pd.Series] = {}
    for ours, title in assigned.theirs.items():
        if ours != CASE_ID:
            read[ours], problems = _column(path.name, ours, table[title], instrument, words)
            found.extend(privacy.veiled(problems, assigned.identifying))
    if CASE_ID in assigned.theirs:
        repeats = id_problems(path.name, table[assigned.theirs[CASE_ID]], read.get("occasion") if several else None)
        found.extend(privacy.veiled(repeats, assigned.identifying))
    found.stop()
    ids = table[assigned.theirs[CASE_ID]]
    index = pd.Index(ids.str.strip(), name=CASE_ID)
    answers = {i: _answers(instrument, i, read.get(i), len(index)) for i in instrument.item_ids}
    about = {name: read[name].set_axis(index) for name in ABOUT if name in read}
    return Forms(
        instrument,
        pd.DataFrame(answers, index=index),
        pd.DataFrame(about, index=index),
        tuple(ids),
        tuple(int(row) for row in table.index),
    )


def id_problems(
    place: str, ids: pd.Series, occasion: pd.Series | None = None, *, unique: bool = True
) -> Iterator[Problem]:
    """Case ids that are blank or, where they must be unique, stand on several rows (of one occasion, if given)."""
    bare = ids.str.strip()
    blank = bare == ""
    if blank.any():
        yield Problem("case_blank", f"{place} → {ids.name}", values=(("rows", rows_shown(list(ids.index[blank]), 20)),))
    if not unique:
        return
    keys = [bare] if occasion is None else [bare, occasion.astype("object")]
    frame = pd.concat(keys, axis=1)[~blank]
    repeated = frame[frame.duplicated(keep=False)]
    for _, group in repeated.groupby(list(repeated.columns), sort=False, dropna=False):
        found = privacy.shown(str(group.iloc[0, 0]))
        yield Problem("case_twice", f"{place} → {ids.name}", found, values=(("rows", rows_shown(list(group.index))),))


def _wanted(instrument: Instrument, part: FormsPart, elsewhere: Collection[str]) -> Wanted:
    optional = {*part.not_collected, *(i.id for i in instrument.items if i.role == "flag")}
    items = [i for i in instrument.item_ids if i not in part.not_collected]
    return Wanted(
        known=(CASE_ID, *items, *ABOUT),
        required={CASE_ID, *(i for i in items if i not in optional)},
        items=frozenset(items),
        elsewhere=elsewhere,
    )


def _mapping_problems(place: str, instrument: Instrument, part: FormsPart) -> Iterator[Problem]:
    codes = vocabulary.codes_of(instrument)
    for code in dict.fromkeys(part.answers.values()):
        if code not in codes:
            yield Problem("mapping_code", f"{place} → answers", code, codes, nearest(code, codes))
    for item in part.not_collected:
        if item not in instrument.item_ids:
            near = nearest(columns.canonical(item), instrument.item_ids)
            yield Problem("mapping_target", f"{place} → not_collected", item, instrument.item_ids, near)


def _column(
    place: str, ours: str, column: pd.Series, instrument: Instrument, words: Mapping[str, Vocabulary]
) -> tuple[pd.Series, list[Problem]]:
    if ours in instrument.item_ids:
        return cells.coded(place, column, words[instrument.item[ours].answers])
    return cells.typed(place, column, _ABOUT_COLUMNS[ours], {})


def _answers(instrument: Instrument, item: str, codes: pd.Series | None, n: int) -> pd.Categorical[Any]:
    """An item's column; an item that the form does not have was not asked."""
    if codes is None:
        missing = instrument.answer_set(item).missing
        values = ["not_asked" if "not_asked" in missing else missing[0]] * n
        return pd.Categorical(values, dtype=instrument.dtype(item))
    return pd.Categorical(codes, dtype=instrument.dtype(item))


_ABOUT_COLUMNS: Final[Mapping[str, tables.Column]] = {c.name: c for c in tables.ASSESSMENTS.columns if c.name in ABOUT}
