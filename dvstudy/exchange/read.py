"""Filled forms back from another program: its columns and codes to the answers that scoring wants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from dvstudy import language as lang
from dvstudy.errors import Problem, Problems, Refused
from dvstudy.exchange import about
from dvstudy.exchange.formulas import hidden_by
from dvstudy.exchange.safe import Texts
from dvstudy.instruments import Instrument
from dvstudy.intake import cells, privacy, read_table, vocabulary
from dvstudy.intake.columns import CASE_ID
from dvstudy.intake.forms import Forms, id_problems
from dvstudy.intake.limits import LEAST_CASES


@dataclass(frozen=True)
class Exported:
    """How a program writes what it collected.

    Attributes
    ----------
    case
        Name of the field with the id of a form.
    items
        Item id -> name of its field.
    codes
        Item id -> code as stored -> our code, where the two differ.
    swaps
        Signs that were replaced in the labels.
    version
        Name of the field that says with which version a form was filled in; empty where there is none.
    """

    case: str
    items: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    swaps: Sequence[tuple[str, str]] = ()
    version: str = ""


def read(path: Path, instrument: Instrument, exported: Exported) -> Forms:
    """Forms from a file of answers; columns that are not of the form are passed over, calculated ones too: the scorer
    computes them anew.

    Raises
    ------
    CheckFailed
        Every fault at once: missing columns, unknown codes, repeated or blank ids, ids that identify somebody, forms
        filled in with another version.
    Refused
        `too_few_cases` below 30 forms.
    """
    table = read_table(path)
    found = Problems(path.name)
    titles = _titles(table, instrument, exported)
    wanted = [CASE_ID, *instrument.item_ids]
    if missing := [name for name in wanted if name not in titles]:
        names = {CASE_ID: exported.case, **exported.items}
        found.add(Problem("columns_missing", path.name, ", ".join(names[name] for name in missing)))
    found.extend(_version_problems(path.name, table, instrument, exported))
    answers = {}
    for item in (i for i in instrument.item_ids if i in titles):
        own = _choice_labels(instrument, item, exported) | dict(exported.codes.get(item, {}))
        words = vocabulary.of_answers(instrument.answer_set(item), own)
        answers[item], problems = cells.coded(path.name, table[titles[item]], words)
        found.extend(problems)
    if CASE_ID in titles:
        ids = table[titles[CASE_ID]]
        found.extend(privacy.problems(path.name, ids, judge_heading=False, person_ids=True))
        found.extend(id_problems(path.name, ids))
    found.stop()
    if len(table) < LEAST_CASES:
        raise Refused("too_few_cases", n=len(table), least=LEAST_CASES, subject=path.name)
    return _forms(instrument, answers, table[titles[CASE_ID]])


def _forms(instrument: Instrument, answers: Mapping[str, pd.Series], ids: pd.Series) -> Forms:
    index = pd.Index(ids.str.strip(), name=CASE_ID)
    whole = {item: _unhidden(instrument, item, answers) for item in instrument.item_ids}
    made: dict[str, Any] = {i: pd.Categorical(codes, dtype=instrument.dtype(i)) for i, codes in whole.items()}
    rows = tuple(int(row) for row in ids.index)
    return Forms(instrument, pd.DataFrame(made, index=index), pd.DataFrame(index=index), tuple(ids), rows)


def _unhidden(instrument: Instrument, item: str, answers: Mapping[str, pd.Series]) -> pd.Series:
    """Answers of an item; where a yes elsewhere hid it, it is what that yes makes of it: no."""
    codes = answers[item]
    for other in hidden_by(instrument, item):
        (no,) = (c for c in instrument.answer_set(item).codes if c != "yes")
        codes = codes.mask((codes == about.LEFT_EMPTY) & (answers[other] == "yes"), no)
    return codes


def _titles(table: pd.DataFrame, instrument: Instrument, exported: Exported) -> dict[str, str]:
    """Our names -> headings of the file: the field's name, alone or after its group, or its label."""
    found: dict[str, str] = {}
    labels = _labels(instrument, exported)
    names = {exported.case: CASE_ID} | {name: item for item, name in exported.items.items()}
    for title in map(str, table.columns):
        ours = names.get(title) or names.get(title.replace("-", "/").rpartition("/")[2]) or labels.get(title)
        if ours is not None:
            found.setdefault(ours, title)
    return found


def _labels(instrument: Instrument, exported: Exported) -> dict[str, str]:
    """Labels of the questions in every language, for files with labels as headings; labels that repeat are left out."""
    texts = Texts(exported.swaps)
    pairs = [
        (texts(about.numbered(instrument, item, language)), item)
        for language in lang.languages()
        for item in instrument.item_ids
    ]
    pairs += [(texts(lang.text("exchange.case", language)), CASE_ID) for language in lang.languages()]
    meant: dict[str, set[str]] = {}
    for label, item in pairs:
        meant.setdefault(label, set()).add(item)
    return {label: next(iter(items)) for label, items in meant.items() if len(items) == 1}


def _choice_labels(instrument: Instrument, item: str, exported: Exported) -> dict[str, str]:
    """What the form wrote beside each box, in every language -> our code."""
    texts, answers = Texts(exported.swaps), instrument.item[item].answers
    words = (about.choices(instrument, answers, language) for language in lang.languages())
    return {texts(label): code for one in words for code, label in one.items()}


def _version_problems(place: str, table: pd.DataFrame, instrument: Instrument, exported: Exported) -> Iterator[Problem]:
    for title in map(str, table.columns):
        if exported.version and title.replace("-", "/").rpartition("/")[2] == exported.version:
            for version in table[title].unique():
                if version.strip() not in ("", instrument.version.replace("'", "")):
                    yield Problem("form_version", f"{place} → {title}", version, (instrument.version,))
