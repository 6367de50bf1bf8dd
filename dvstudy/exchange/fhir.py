"""An instrument as an HL7 FHIR R5 Questionnaire (JSON), with its other languages as translations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from dvstudy import language as lang
from dvstudy.exchange import about
from dvstudy.exchange.formulas import hidden_by
from dvstudy.exchange.safe import Texts
from dvstudy.instruments import Instrument
from dvstudy.instruments.parts import Item

_TRANSLATION: Final = "http://hl7.org/fhir/StructureDefinition/translation"
_WEIGHT: Final = "http://hl7.org/fhir/StructureDefinition/itemWeight"
_COUNTRIES: Final = "urn:iso:std:iso:3166"
Element = dict[str, Any]


def questionnaire(instrument: Instrument, languages: Sequence[str], texts: Texts) -> bytes:
    """The Questionnaire as JSON text."""
    made = resource(instrument, languages, texts)
    return (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def resource(instrument: Instrument, languages: Sequence[str], texts: Texts) -> Element:
    """The Questionnaire: a draft, for experiments; who holds the rights and since when it is in force; one group a
    section, one question an item, one option an answer or reason for missing."""
    write = _Writer(instrument, languages, texts)
    said = {code: " ".join([about.banner(code), *about.paragraphs(instrument, code)]) for code in languages}
    one = instrument.rights
    made: Element = {"resourceType": "Questionnaire", "id": instrument.id.replace("_", "-"), "language": languages[0]}
    made |= {"url": canonical(instrument.id), "version": instrument.version}
    made["name"] = "".join(word.capitalize() for word in instrument.id.split("_"))
    made |= write.worded("title", instrument.title)
    made |= {"status": "draft", "experimental": True, "subjectType": ["Patient"]}
    made |= write.worded("description", said)
    if instrument.legal is not None and instrument.legal.jurisdiction:
        made["jurisdiction"] = [{"coding": [{"system": _COUNTRIES, "code": instrument.legal.jurisdiction}]}]
    terms = {code: f"{about.holder(instrument, code)}. {lang.pick(one.licence, code)}" for code in languages}
    made |= write.worded("copyright", terms)
    made |= {"copyrightLabel": texts(one.holder)} if one.holder else {}
    if period := _period(instrument):
        made["effectivePeriod"] = period
    made["item"] = [
        {"linkId": "about"} | write.worded("text", {c: about.banner(c) for c in languages}) | {"type": "display"},
        *write.groups(),
    ]
    return made


def canonical(name: str) -> str:
    """The fixed address of an instrument: the same for every version, on every machine, and owned by nobody."""
    return uuid5(NAMESPACE_URL, f"dvstudy/instruments/{name}").urn


def _period(instrument: Instrument) -> Element:
    legal = instrument.legal
    days = {"start": legal.valid_from, "end": legal.valid_to} if legal else {}
    return {end: day.isoformat() for end, day in days.items() if day is not None}


class _Writer:
    """Elements in the main language, with the others as translations."""

    def __init__(self, instrument: Instrument, languages: Sequence[str], texts: Texts) -> None:
        self.instrument, self.languages, self.texts = instrument, languages, texts

    def worded(self, name: str, label: Mapping[str, str]) -> Element:
        """The element called `name`, and beside it its translations."""
        main, *others = self.languages
        made: Element = {name: self.texts(lang.pick(label, main))}
        said = [(code, self.texts(label[code])) for code in others if label.get(code)]
        if said:
            made[f"_{name}"] = {"extension": [_translation(code, text) for code, text in said]}
        return made

    def groups(self) -> Iterator[Element]:
        """One group for each run of items of one section."""
        sections = {s.id: s.label for s in self.instrument.sections}
        runs = groupby(self.instrument.items, key=lambda one: one.section)
        for number, (section, items) in enumerate(runs, start=1):
            head: Element = {"linkId": f"part-{number}"} | self.worded("text", sections[section]) | {"type": "group"}
            yield head | {"item": [self._question(item) for item in items]}

    def _question(self, item: Item) -> Element:
        asked = {code: about.question(self.instrument, item.id, code) for code in self.languages}
        made: Element = {"linkId": item.id, "prefix": item.number} | self.worded("text", asked) | {"type": "coding"}
        if hiding := hidden_by(self.instrument, item.id):
            made["enableWhen"] = [
                {"question": other, "operator": "!=", "answerCoding": self._code(other, "yes")} for other in hiding
            ]
            if len(hiding) > 1:
                made["enableBehavior"] = "all"
        made |= {"required": False, "repeats": False, "answerOption": list(self._options(item))}
        if item.note is not None:
            hint: Element = {"linkId": f"{item.id}-note"} | self.worded("text", item.note) | {"type": "display"}
            made["item"] = [hint]
        return made

    def _options(self, item: Item) -> Iterator[Element]:
        offered = {code: about.choices(self.instrument, item.answers, code) for code in self.languages}
        worth = {a.code: a.score for a in self.instrument.answer_sets[item.answers].answers}
        for choice in offered[self.languages[0]]:
            coding = self._code(item.id, choice) | self.worded("display", {c: w[choice] for c, w in offered.items()})
            weight = {"extension": [{"url": _WEIGHT, "valueDecimal": worth[choice]}]} if choice in worth else {}
            yield weight | {"valueCoding": coding}

    def _code(self, item: str, choice: str) -> Element:
        answers = self.instrument.item[item].answers
        return {"system": canonical(f"{self.instrument.id}/{answers}"), "code": choice}


def _translation(code: str, text: str) -> Element:
    parts = [{"url": "lang", "valueCode": code}, {"url": "content", "valueString": text}]
    return {"url": _TRANSLATION, "extension": parts}
