"""An instrument as an XLSForm for ODK and KoboToolbox, in several languages, with its score calculated in the form."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from dvstudy import language as lang
from dvstudy.exchange import about
from dvstudy.exchange.formulas import Calculated, Dialect, calculated, hidden_by
from dvstudy.exchange.safe import Texts
from dvstudy.instruments import Instrument
from dvstudy.writing import neutral

#: A reference to a field inside a text would be filled in by the form; nothing else in a text is obeyed.
SWAPS: Final = (("${", "$ {"),)
Row = Mapping[str, str]


@dataclass(frozen=True)
class Names:
    """Names in the form: of the case code, the version, the items, the calculated columns. Columns are called as the
    scorer calls them; a name that an item has already gets an ``_x``."""

    case: str
    version: str
    items: Mapping[str, str]
    columns: Mapping[str, str]


def field_names(instrument: Instrument) -> Names:
    """The names of the fields: item ids as they are, and free ones for the rest."""
    taken = list(instrument.item_ids)
    columns = [c.name for c in calculated(instrument, _DIALECT)]
    case, version, *own = [_free(name, taken) for name in ("case_id", "form_version", *columns)]
    return Names(case, version, {i: i for i in instrument.item_ids}, dict(zip(columns, own, strict=True)))


def workbook(instrument: Instrument, languages: Sequence[str], texts: Texts) -> bytes:
    """The XLSForm as a workbook with the sheets survey, choices and settings."""
    from openpyxl import Workbook

    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets(instrument, languages, texts).items():
        sheet = made.create_sheet(title)
        columns = list(dict.fromkeys(name for row in rows for name in row))
        sheet.append(columns)
        for row in rows:
            sheet.append([neutral(row.get(name, "")) or None for name in columns])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sheets(instrument: Instrument, languages: Sequence[str], texts: Texts) -> dict[str, list[Row]]:
    """The rows of each sheet."""
    settings = {
        "form_title": texts(lang.pick(instrument.title, languages[0])),
        "form_id": instrument.id,
        "version": _version(instrument),
        "default_language": about.language_name(languages[0]),
    }
    form = _Form(instrument, languages, texts)
    return {"survey": list(form.survey()), "choices": list(form.choices()), "settings": [settings]}


def _free(name: str, taken: list[str]) -> str:
    while name in taken:
        name += "_x"
    taken.append(name)
    return name


def _version(instrument: Instrument) -> str:
    return instrument.version.replace("'", "")


_DIALECT: Final = Dialect(
    item=lambda name: f"${{{name}}}",
    column=lambda name: f"${{{name}}}",
    answer=lambda item, code: f"'{code}'",
    outcome=lambda kind, code: f"'{code}'",
)


class _Form:
    """Rows of one form; every label in every language."""

    def __init__(self, instrument: Instrument, languages: Sequence[str], texts: Texts) -> None:
        self.instrument, self.languages, self.texts = instrument, languages, texts
        self.names = field_names(instrument)
        self.taken = [*instrument.item_ids, self.names.case, self.names.version, *self.names.columns.values()]

    def survey(self) -> Iterator[Row]:
        """About the form, the questions by section, the calculated columns, the result."""
        case = {"type": "text", "name": self.names.case, "required": "yes"}
        yield case | self._say("label", "exchange.case") | self._say("hint", "exchange.case_hint")
        yield {"type": "calculate", "name": self.names.version, "calculation": f"'{_version(self.instrument)}'"}
        said = [[about.banner(code), *about.paragraphs(self.instrument, code)] for code in self.languages]
        for number, paragraph in enumerate(zip(*said, strict=True), start=1):
            yield self._note(f"about_{number}", dict(zip(self.languages, paragraph, strict=True)))
        sections = {s.id: s.label for s in self.instrument.sections}
        for section, items in groupby(self.instrument.items, key=lambda one: one.section):
            yield {"type": "begin_group", "name": _free(f"part_{section}", self.taken)} | self._label(sections[section])
            yield from (self._question(item.id) for item in items)
            yield {"type": "end_group"}
        columns = calculated(self.instrument, self._dialect())
        for column in columns:
            yield {"type": "calculate", "name": self.names.columns[column.name], "calculation": column.formula}
        if columns:
            yield {"type": "begin_group", "name": _free("result", self.taken)} | self._say("label", "exchange.result")
            yield from self._result(columns)
            yield {"type": "end_group"}

    def choices(self) -> Iterator[Row]:
        """Every answer and reason for missing, one list an answer set."""
        for name in self.instrument.answer_sets:
            offered = {code: about.choices(self.instrument, name, code) for code in self.languages}
            for choice in offered[self.languages[0]]:
                labels = {code: words[choice] for code, words in offered.items()}
                yield {"list_name": name, "name": choice} | self._label(labels)

    def _question(self, item: str) -> Row:
        one = self.instrument.item[item]
        labels = {code: about.numbered(self.instrument, item, code) for code in self.languages}
        row = {"type": f"select_one {one.answers}", "name": item} | self._label(labels)
        if one.note is not None:
            row |= self._label(one.note, "hint")
        if hiding := hidden_by(self.instrument, item):
            row["relevant"] = " and ".join(f"${{{other}}} != 'yes'" for other in hiding)
        return row

    def _result(self, columns: Sequence[Calculated]) -> Iterator[Row]:
        """Scores, missing answers, the level and the decision in words, and whether missing answers leave them open."""
        yield self._note("said", {code: about.banner(code) for code in self.languages})
        for column in columns:
            name = self.names.columns[column.name]
            labels = {
                code: about.column_label(self.instrument, column.kind, column.part, column.name, code)
                for code in self.languages
            }
            if column.kind in ("score", "missing"):
                yield self._note(f"show_{name}", labels, f": ${{{name}}}")
            elif column.kind not in {"bound", "level_bound"}:
                outcomes = {code: about.outcomes(self.instrument, column.kind, code) for code in self.languages}
                for outcome in outcomes[self.languages[0]]:
                    words = {code: f"{labels[code]}: {outcomes[code][outcome]}" for code in self.languages}
                    yield self._note(f"show_{name}_{outcome}", words) | {"relevant": f"${{{name}}} = '{outcome}'"}
        low, high = (self.names.columns[f"level_{end}"] for end in ("low", "high"))
        open_level = {code: lang.text("exchange.level_open", code) for code in self.languages}
        yield self._note("show_level_open", open_level) | {"relevant": f"${{{low}}} != ${{{high}}}"}

    def _dialect(self) -> Dialect:
        return Dialect(
            item=_DIALECT.item,
            column=lambda name: f"${{{self.names.columns[name]}}}",
            answer=_DIALECT.answer,
            outcome=_DIALECT.outcome,
        )

    def _note(self, name: str, labels: Mapping[str, str], end: str = "") -> dict[str, str]:
        written = {column: text + end for column, text in self._label(labels).items()}
        return {"type": "note", "name": _free(name, self.taken)} | written

    def _say(self, column: str, key: str) -> dict[str, str]:
        return self._label({code: lang.text(key, code) for code in self.languages}, column)

    def _label(self, labels: Mapping[str, str], column: str = "label") -> dict[str, str]:
        return {f"{column}::{about.language_name(c)}": self.texts(lang.pick(labels, c)) for c in self.languages}
