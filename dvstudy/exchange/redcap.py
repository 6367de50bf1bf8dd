"""An instrument as a REDCap data dictionary: 18 columns, one row a field, counts and levels as calculated fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from dvstudy import language as lang
from dvstudy.exchange import about
from dvstudy.exchange.formulas import Calculated, Dialect, calculated, hidden_by
from dvstudy.exchange.safe import Texts, csv_bytes
from dvstudy.instruments import Instrument

COLUMNS: Final = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
#: The first field of every REDCap project.
RECORD: Final = "record_id"
#: Codes of the reasons for missing; answers are numbered from 0 in the order of the answer set.
REASON_CODES: Final = {
    "omitted": "995", "not_applicable": "996", "not_asked": "997", "does_not_know": "998", "refused": "999",
}  # fmt: skip
#: REDCap advises names of at most so many characters; statistics programs cut longer ones.
LONGEST_NAME: Final = 26
_LONG_ID: Final = 10
#: Signs that REDCap obeys inside a text, and what is written instead.
SWAPS: Final = (("|", "/"), ("[", "("), ("]", ")"), ("<", "&lt;"))


def dictionary(instrument: Instrument, language: str, texts: Texts) -> bytes:
    """The data dictionary in one language, as CSV."""
    return csv_bytes(
        [list(COLUMNS), *([row.get(c, "") for c in COLUMNS] for row in _rows(instrument, language, texts))]
    )


@dataclass(frozen=True)
class Names:
    """REDCap names of the items and of the calculated columns, and of the field that says what the form is."""

    items: Mapping[str, str]
    columns: Mapping[str, str]
    about: str


def field_names(instrument: Instrument) -> Names:
    """The instrument's id (or its initials) before each name, so that several instruments can share a project; small
    letters, digits and single underscores, at most 26 characters."""
    words = instrument.id.split("_")
    short = instrument.id if len(instrument.id) <= _LONG_ID else "".join(word[:1] for word in words)
    columns = [c.name for c in calculated(instrument, _dialect(instrument, Names({}, {}, "")))]
    found: list[str] = []
    for position, name in enumerate(["about", *instrument.item_ids, *columns]):
        wanted = _tidy(f"{short}_{name}")
        wanted = wanted if len(wanted) <= LONGEST_NAME else f"{_tidy(short[:20])}_{position:03d}"
        while wanted in (RECORD, *found):
            wanted = f"{wanted[: LONGEST_NAME - 1]}x"
        found.append(wanted)
    items = dict(zip(instrument.item_ids, found[1:], strict=False))
    return Names(items, dict(zip(columns, found[1 + len(items) :], strict=True)), found[0])


def answer_codes(instrument: Instrument, item: str) -> Mapping[str, str]:
    """Answers and reasons of an item -> the numbers that REDCap stores."""
    chosen = instrument.item[item].answers
    numbered = {code: str(k) for k, code in enumerate(instrument.answer_sets[chosen].codes)}
    return numbered | {reason: REASON_CODES[reason] for reason in about.reasons(instrument, chosen)}


def outcome_codes(instrument: Instrument, kind: str) -> Mapping[str, str]:
    """Levels, decision and certainty as numbers, the lowest 0."""
    return {code: str(k) for k, code in enumerate(about.outcomes(instrument, kind, lang.BASE))}


def _tidy(name: str) -> str:
    return re.sub(r"_+", "_", name).strip("_")


def _dialect(instrument: Instrument, names: Names) -> Dialect:
    return Dialect(
        item=lambda name: f"[{names.items.get(name, name)}]",
        column=lambda name: f"[{names.columns.get(name, name)}]",
        answer=lambda item, code: f"'{answer_codes(instrument, item)[code]}'",
        outcome=lambda kind, code: outcome_codes(instrument, kind)[code],
    )


def _rows(instrument: Instrument, language: str, texts: Texts) -> Iterator[dict[str, str]]:
    names = field_names(instrument)
    form = {"Form Name": _tidy(instrument.id)}
    yield form | {
        "Variable / Field Name": RECORD,
        "Field Type": "text",
        "Field Label": texts(lang.text("exchange.case", language)),
        "Field Note": texts(lang.text("exchange.case_hint", language)),
    }
    said = [about.banner(language), *about.paragraphs(instrument, language)]
    yield form | {
        "Variable / Field Name": names.about,
        "Field Type": "descriptive",
        "Field Label": texts(" ".join([lang.pick(instrument.title, language) + ".", *said])),
    }
    headed = ""
    for item in instrument.item_ids:
        section = instrument.item[item].section
        header = {"Section Header": _section(instrument, section, language, texts)} if section != headed else {}
        headed = section
        yield form | header | _question(instrument, item, names, language, texts)
    header = {"Section Header": texts(lang.text("exchange.result", language))}
    for column in calculated(instrument, _dialect(instrument, names)):
        yield form | header | _calculation(instrument, column, names, language, texts)
        header = {}


def _section(instrument: Instrument, section: str, language: str, texts: Texts) -> str:
    return texts(next(lang.pick(s.label, language) for s in instrument.sections if s.id == section))


def _question(instrument: Instrument, item: str, names: Names, language: str, texts: Texts) -> dict[str, str]:
    one = instrument.item[item]
    codes = answer_codes(instrument, item)
    offered = about.choices(instrument, one.answers, language)
    shown = " and ".join(
        f"[{names.items[i]}]<>'{answer_codes(instrument, i)['yes']}'" for i in hidden_by(instrument, item)
    )
    return {
        "Variable / Field Name": names.items[item],
        "Field Type": "radio",
        "Field Label": texts(about.numbered(instrument, item, language)),
        "Choices, Calculations, OR Slider Labels": " | ".join(
            f"{codes[c]}, {texts(label)}" for c, label in offered.items()
        ),
        "Field Note": texts(lang.pick(one.note, language)) if one.note else "",
        "Branching Logic (Show field only if...)": shown,
        "Question Number (surveys only)": texts(one.number),
        "Field Annotation": texts(lang.text(f"status.{one.status}", language)),
    }


def _calculation(
    instrument: Instrument, column: Calculated, names: Names, language: str, texts: Texts
) -> dict[str, str]:
    label = about.column_label(instrument, column.kind, column.part, column.name, language)
    numbers = outcome_codes(instrument, column.kind)
    words = about.outcomes(instrument, column.kind, language)
    meaning = "; ".join(f"{numbers[code]} = {word}" for code, word in words.items())
    return {
        "Variable / Field Name": names.columns[column.name],
        "Field Type": "calc",
        "Field Label": texts(f"{label} ({meaning})" if meaning else label),
        "Choices, Calculations, OR Slider Labels": column.formula,
    }
