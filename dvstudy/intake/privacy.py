"""Direct identifiers are stopped at the door: this package needs none of them.

Messages name the column and the rows, never the value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Final

import pandas as pd
import tomli

from dvstudy.errors import Problem
from dvstudy.intake.limits import MOST_CHARACTERS
from dvstudy.intake.text import plain, rows_shown

HIDDEN: Final = "***"

_WEIGHTS: Final = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
_COUNTIES: Final = (
    "ab|ag|ar|bc|bh|bn|br|bt|bv|bz|cj|cl|cs|ct|cv|db|dj|gj|gl|gr|hd|hr|if|il|is|mh|mm|ms|nt|ot|ph|sb|sj|sm|sv|tl|tm|tr|"
    "vl|vn|vs"
)
_MONTHS: Final = "ian|feb|mar|apr|mai|iun|iul|aug|sep|oct|noi|dec|jan|may|jun|jul|nov"
_CODE: Final = re.compile(r"(?<!\d)\d(?:[ .-]?\d){12}(?!\d)")
_PATTERNS: Final[Mapping[str, re.Pattern[str]]] = {
    "email": re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}"),
    "phone": re.compile(r"(?<!\w)(?:\+?40|0040|0)[ .()-]*[237](?:[ .()/-]*\d){8}(?!\d)"),
    "plate": re.compile(rf"(?<!\w)(?:b[ -]?\d{{2,3}}|(?:{_COUNTIES})[ -]?\d\d)[ -]?[a-z]{{3}}(?!\w)"),
    "coordinates": re.compile(r"-?\d{1,2}\.\d{3,}\s*[,; ]\s*-?\d{1,3}\.\d{3,}|\d{1,3}\s*°\s*\d{1,2}"),
    "date": re.compile(
        r"(?<!\d)(?:(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:(?:19|20)\d\d|\d\d))(?![\d.])"
        rf"|(?<!\d)\d{{1,2}} (?:{_MONTHS})[a-z]*\.? (?:19|20)\d\d(?!\d)"
    ),
    "address": re.compile(r"(?<!\w)(?:str|strada|bd|b-dul|bdul|bulevardul|aleea|calea|soseaua|sos)\b\.? ?[a-z].*"),
}
_COMPACT_DATE: Final = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")
#: Characters of a cell that are looked at: what is longer is free text, and some patterns slow down with length.
_LOOKED_AT: Final = 1000
_PERSON: Final = re.compile(r"[a-z'.-]{2,}(?: [a-z'.-]{2,})+")


def identifies(written: str) -> str:
    """What kind of direct identifier a cell holds; an empty string when none is seen.

    Kinds: `personal_code` (13 digits whose last one is the check digit of the Romanian personal numeric code: weights
    2 7 9 1 4 6 3 5 8 2 7 9, modulo 11, a remainder of 10 counting as 1), `email`, `phone`, `plate`, `coordinates`,
    `date` (a day, not a month), `address`, `free_text` (more than 40 characters).
    """
    bare = plain(written[:_LOOKED_AT])
    if any(_is_personal_code(match) for match in _CODE.findall(bare)):
        return "personal_code"
    kind = next((kind for kind, pattern in _PATTERNS.items() if pattern.search(bare)), "")
    return kind or ("free_text" if len(written.strip()) > MOST_CHARACTERS else "")


def _is_personal_code(written: str) -> bool:
    digits = [int(c) for c in written if c.isdigit()]
    remainder = sum(w * d for w, d in zip(_WEIGHTS, digits, strict=False)) % 11
    return digits[-1] == (1 if remainder == 10 else remainder)


def heading_names(title: str) -> str:
    """What kind of direct identifier a column's name announces; an empty string when none."""
    words = f" {re.sub(r'[^a-z0-9]+', ' ', plain(re.sub(r'(?<=[a-zăâîșț])(?=[A-Z])', ' ', title)))} "
    for kind, phrases in _headings().items():
        if any(f" {phrase} " in words for phrase in phrases):
            return kind
    return ""


@cache
def _headings() -> dict[str, tuple[str, ...]]:
    source = files("dvstudy.intake").joinpath("identifiers.toml").read_text(encoding="utf-8")
    listed = tomli.loads(source)["headings"]
    return {kind: tuple(re.sub(r"[^a-z0-9]+", " ", plain(p)) for p in phrases) for kind, phrases in listed.items()}


def shown(written: str) -> str:
    """A cell for a message: three stars where it identifies somebody, or may be a name ("Popescu Ana")."""
    words = written.replace("-", " ").split()
    may_name = len(words) > 1 and all(word[0].isupper() and word.rstrip(".").isalpha() for word in words)
    return HIDDEN if may_name or identifies(written) else written


def veiled(found: Iterable[Problem], titles: Collection[str]) -> list[Problem]:
    """`found` without any value of the columns `titles`, which hold identifiers somewhere."""
    ends = tuple(f" → {title}" for title in titles)
    return [replace(p, found=HIDDEN, nearest="") if p.place.endswith(ends) else p for p in found]


def problems(place: str, column: pd.Series, *, judge_heading: bool, person_ids: bool = False) -> Iterator[Problem]:
    """Every kind of direct identifier in one column, with its rows.

    Parameters
    ----------
    place
        Name of the file, for messages.
    column
        Cells as text, indexed by row number.
    judge_heading
        Whether the column's name counts too. Not for items of a form: a question may well be about a telephone.
    person_ids
        Whether the column holds ids of cases or raters; then full names in place of ids are looked for.
    """
    title = str(column.name)
    announced = heading_names(title) if judge_heading else ""
    if announced:
        yield Problem(f"identifier_{announced}", place, title, values=(("rows", "1"),))
    kinds = {value: kind for value in column.unique() if (kind := identifies(value))}
    if person_ids and _mostly_names(column):
        kinds |= {value: "name" for value in column.unique() if value not in kinds and _PERSON.fullmatch(plain(value))}
    if _all_compact_dates(column):
        kinds |= {value: "date" for value in column.unique() if value.strip()}
    for kind in dict.fromkeys(kinds.values()):
        rows = column.index[column.map(kinds) == kind].tolist()
        if kind != announced:
            yield Problem(f"identifier_{kind}", place, title, values=(("rows", rows_shown(rows)),))


def _mostly_names(column: pd.Series) -> bool:
    """Whether at least half of the cells are two or more words without a digit."""
    bare = column[column.str.strip() != ""].map(plain)
    return len(bare) > 0 and bool(bare.str.fullmatch(_PERSON).mean() >= 0.5)


def _all_compact_dates(column: pd.Series) -> bool:
    """Whether every cell reads as a day without separators (20240503); a single such number may be any id."""
    bare = column[column.str.strip() != ""].str.strip()
    return len(bare) > 0 and bool(bare.str.fullmatch(_COMPACT_DATE).all())
