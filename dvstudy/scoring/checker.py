"""Everything wrong with the file of an instrument, at once: its shape, its rules, its words, its worked examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import pandas as pd

from dvstudy import language as lang
from dvstudy.checks import read_toml_file
from dvstudy.errors import CheckFailed, Problem
from dvstudy.instruments import Instrument, reading
from dvstudy.instruments.examples import MISSING
from dvstudy.instruments.load import define
from dvstudy.instruments.parameters import resolved
from dvstudy.scoring.answers import as_answers
from dvstudy.scoring.case import filled
from dvstudy.scoring.forms import score

#: Characters of a label that fit on the screen of a phone in two lines.
LONGEST_LABEL: Final = 80


def problems(path: Path | str) -> list[Problem]:
    """Every fault of a definition file; an empty list means that the file passes.

    Parameters
    ----------
    path
        A definition file (TOML).

    Returns
    -------
    First faults of shape and of rules, as loading reports them. When there are none: labels that lack a language of
    the package, labels too long for a phone, and worked examples that do not come out as the file says.
    """
    path = Path(path)
    try:
        instrument = resolved(define(read_toml_file(path), path.name))
    except CheckFailed as fault:
        return list(fault.problems)
    found = [*_words(instrument), *_examples(instrument)]
    found += [fault for one in instrument.readings for fault in _examples(reading(instrument, one.id))]
    return [replace(p, place=f"{path.name} → {p.place}") for p in found]


def _words(instrument: Instrument) -> Iterator[Problem]:
    for place, label in _labels(instrument):
        for language in lang.languages():
            if not label.get(language, "").strip():
                yield Problem("translation_missing", place, language)
    for item in instrument.items:
        for language, text in item.label.items():
            if len(text) > LONGEST_LABEL:
                limits = (("length", len(text)), ("limit", LONGEST_LABEL))
                yield Problem("label_too_long", f"items.{item.id}.label.{language}", text, values=limits)


def _labels(instrument: Instrument) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every text of a definition that a reader may meet, with its place."""
    yield "title", instrument.title
    yield "short_title", instrument.short_title
    yield from ((f"labels.{code}", label) for code, label in instrument.labels.items())
    for name, chosen in instrument.answer_sets.items():
        yield from ((f"answer_sets.{name}.{a.code}", a.label) for a in chosen.answers)
    further = {
        "notice": instrument.notice,
        "rule.note": instrument.rule.note,
        "legal.act": instrument.legal.act if instrument.legal else None,
        "rights.licence": instrument.rights.licence,
        "rights.training": instrument.rights.training,
        "applicability.note": instrument.applicability.note,
    }
    yield from ((place, label) for place, label in further.items() if label is not None)


def _examples(instrument: Instrument) -> Iterator[Problem]:
    """Worked examples that come out otherwise than the file says."""
    if not instrument.rule.known or not instrument.examples:
        return
    forms = pd.DataFrame([filled(e, instrument) for e in instrument.examples])
    scored = score(as_answers(forms, instrument), instrument)
    for example, row in zip(instrument.examples, scored.to_dict("records"), strict=True):
        for column, wanted in example.expect.items():
            found = MISSING if pd.isna(row[column]) else row[column]
            if found != wanted:
                place = f"examples.{example.name}.expect.{column}"
                yield Problem("example_fails", place, str(wanted), values=(("computed", str(found)),))
