"""A first draft of a mapping file, made from a team's own file: which column is likely which of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

import pandas as pd

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.instruments import Instrument
from dvstudy.instruments.known import check_questions
from dvstudy.intake import privacy, statistical, vocabulary
from dvstudy.intake.columns import canonical
from dvstudy.intake.table import read_table
from dvstudy.intake.text import plain
from dvstudy.writing import toml_value

#: A column whose name is this alike an item's label is taken for it.
_ALIKE: Final = 0.72
#: Characters of a heading that are compared with a label.
_LONGEST_HEADING: Final = 200
#: Spellings that are listed for a column only when they are this few and this short: more is free text.
_MOST_SPELLINGS: Final = 12
_LONGEST_SPELLING: Final = 20
_NUMBERED: Final = re.compile(r"^(?:q|i|item|intrebarea|intreb|nr|p|question)?[ _.#-]*0*(\d+[a-z]?)\b")
_ID_WORDS: Final = ("case id", "id caz", "nr fisa", "numar fisa", "cod caz", "id", "nr crt", "cod", "case", "record id")


@dataclass(frozen=True)
class Draft:
    """A drafted mapping.

    `case_id` is the column likely to hold case ids ("" when none is seen); `columns` our item -> their column;
    `ignore` the other columns, with the kind of identifier seen in them ("" for none); `spellings` words in columns of
    items that are not known here; `absent` items without a column.
    """

    case_id: str
    columns: Mapping[str, str]
    ignore: Mapping[str, str]
    spellings: tuple[str, ...]
    absent: tuple[str, ...]

    def text(self, language: str = lang.BASE) -> str:
        """The draft as the text of a TOML file, with comments that say what to look at."""
        return "\n".join(_lines(self, language)) + "\n"


def suggest(path: str | Path, instrument: str | Path | Instrument, *, sheet: str | None = None) -> Draft:
    """Look at a file of forms and draft its mapping.

    Parameters
    ----------
    path
        A file that `read_table` reads.
    instrument
        Id, definition file, or definition that the forms follow.
    sheet
        Sheet of a workbook.

    Notes
    -----
    Columns are matched by code, by number, and by likeness of their name (or SPSS or Stata label) to an item's label in
    any language. It is a draft: a person must read it before it is used. No value of the data stands in it but short
    answer words that repeat; columns that seem to hold identifiers are put under `ignore`.
    """
    form = instrument if isinstance(instrument, Instrument) else instruments.load(instrument)
    check_questions(form)
    table = read_table(path, sheet=sheet)
    named = _headings(Path(path))
    free = {str(title): named.get(str(title), str(title)) for title in table.columns}
    case_id = _case_id(table)
    free.pop(case_id, None)
    columns = dict(_items(form, free))
    rest = [title for title in free if title not in columns.values()]
    ignored = {title: _identifier(table[title]) for title in rest}
    absent = tuple(i for i in form.item_ids if i not in columns)
    return Draft(case_id, columns, ignored, _spellings(table, columns, form), absent)


def _headings(path: Path) -> dict[str, str]:
    with path.open("rb") as source:
        kind = statistical.format_of(source.read(4))
    return statistical.headings(path, kind) if kind else {}


def _case_id(table: pd.DataFrame) -> str:
    """The first column of distinct, filled, short values whose name sounds like an id; else the first such column."""
    able = [
        str(title)
        for title in table.columns
        if table[title].is_unique and (table[title].str.strip() != "").all() and not _identifier(table[title])
    ]
    sounding = [title for title in able if re.sub(r"[^a-z0-9]+", " ", plain(title)).strip() in _ID_WORDS]
    return next(iter([*sounding, *able]), "")


def _items(form: Instrument, free: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Item and column, surest first: same code, same number, then the most alike names."""
    left = dict(free)
    found: dict[str, str] = {}
    for alike in (_same_code, _same_number, _alike):
        ranked = sorted(
            (
                (score, item, title)
                for item in form.item_ids
                for title in left
                if (score := alike(form, item, title, left))
            ),
            key=lambda entry: -entry[0],
        )
        for _, item, title in ranked:
            if item not in found and title in left:
                found[item] = title
                del left[title]
    yield from ((item, found[item]) for item in form.item_ids if item in found)


def _same_code(form: Instrument, item: str, title: str, named: Mapping[str, str]) -> float:
    return float(canonical(title) == item)


def _same_number(form: Instrument, item: str, title: str, named: Mapping[str, str]) -> float:
    found = next((m for text in (title, named[title]) if (m := _NUMBERED.match(plain(text[:_LONGEST_HEADING])))), None)
    return float(found is not None and found[1] == form.item[item].number and form.item[item].role == "item")


def _alike(form: Instrument, item: str, title: str, named: Mapping[str, str]) -> float:
    words = plain(named[title][:_LONGEST_HEADING])
    best = max(SequenceMatcher(None, words, plain(label)).ratio() for label in form.item[item].label.values())
    return best if best >= _ALIKE else 0.0


def _identifier(column: pd.Series) -> str:
    """The kind of identifier that a column announces or holds; "" for none."""
    announced = privacy.heading_names(str(column.name))
    return announced or next((kind for value in column.unique() if (kind := privacy.identifies(value))), "")


def _spellings(table: pd.DataFrame, columns: Mapping[str, str], form: Instrument) -> tuple[str, ...]:
    unknown: dict[str, None] = {}
    for item, title in columns.items():
        words = vocabulary.of_answers(form.answer_set(item), {})
        strange = [v.strip() for v in table[title].unique() if words.code(v) is None]
        if len(strange) <= _MOST_SPELLINGS and all(len(s) <= _LONGEST_SPELLING for s in strange):
            unknown |= dict.fromkeys(s for s in strange if not privacy.identifies(s))
    return tuple(unknown)


def _lines(draft: Draft, language: str) -> Iterator[str]:
    yield from (f"# {_note(key, language)}" for key in ("draft", "read"))
    yield ""
    found = f"case_id = {toml_value(draft.case_id)}"
    yield found if draft.case_id else f"# {found}  # {_note('no_id', language)}"
    if draft.ignore:
        said = {title: f"  # {_note(f'kind_{kind}', language)}" if kind else "" for title, kind in draft.ignore.items()}
        yield from ("ignore = [", *(f"  {toml_value(title)},{words}" for title, words in said.items()), "]")
    if draft.absent:
        listed = ", ".join(map(toml_value, draft.absent))
        yield from (f"# {_note('absent', language)}", f"# not_collected = [{listed}]")
    if draft.spellings:
        yield from ("", f"# {_note('spellings', language)}", "# [answers]")
        yield from (f'# {toml_value(word)} = ""' for word in draft.spellings)
    yield from ("", "[columns]")
    yield from (f"{item} = {toml_value(title)}" for item, title in draft.columns.items())


def _note(key: str, language: str) -> str:
    return lang.text(f"suggest.{key}", language)
