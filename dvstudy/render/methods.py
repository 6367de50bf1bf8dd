"""The last chapters of a report: methods and limits, instruments and their verification, glossary, provenance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pandas as pd

from dvstudy import instruments
from dvstudy import language as lang
from dvstudy.instruments import Instrument
from dvstudy.instruments.parts import STATUSES
from dvstudy.render.document import Block, Bullets, Heading, NoteBox, Paragraph, Table
from dvstudy.render.figures import figure
from dvstudy.result import label_of
from dvstudy.studies.run import StudyRun
from dvstudy.wording import headings

#: Sentences of the chapter on limits, in reading order (``report.limit.<key>``).
_LIMITS: Final = ("order", "outcome", "clusters", "multiplicity", "small", "transport")
_SYNTHETIC_LIMITS: Final = ("model", "assumed")
#: Terms explained at the end (``term.<code>`` or ``gloss.<code>.name``, explained by ``gloss.<code>``).
_GLOSSARY: Final = (
    "sensitivity", "specificity", "ppv", "npv", "flagged", "prevalence", "accuracy", "lr_positive", "lr_negative",
    "youden", "diagnostic_odds_ratio", "auc", "partial_auc_standardised", "average_precision", "harrell_c", "interval",
    "percent_agreement", "positive_agreement",
    "negative_agreement", "kappa", "ac1", "pabak",
    "prevalence_index", "bias_index", "icc", "mean_difference", "limits_of_agreement", "cluster", "difference",
    "natural_frequency",
)  # fmt: skip
_FACTS: Final = ("cohort", "recipe", "recipe_seed", "parameter_hash", "analysis_seed", "data")


def methods(runs: Collection[StudyRun], language: str) -> Iterator[Block]:
    """How the numbers were made, where the methods come from, and what the numbers cannot say."""
    yield Heading(lang.text("report.methods", language))
    yield Paragraph(lang.text("report.methods.text", language))
    yield Heading(lang.text("report.limits", language), 3)
    keys = [*(_SYNTHETIC_LIMITS if all(run.synthetic for run in runs) else ()), *_LIMITS]
    yield Bullets([lang.text(f"report.limit.{key}", language) for key in keys])
    yield from sources(runs, language)


def sources(runs: Iterable[StudyRun], language: str) -> Iterator[Block]:
    """The published sources of the methods, question by question."""
    metas = [result.meta for run in runs for result in run.results.values()]
    cited = {str(m["question"]): str(m["citation"]) for m in metas if m.get("citation")}
    if not cited:
        return
    yield Heading(lang.text("report.sources", language), 3)
    rows = [[lang.text(f"question.{q}", language), citation.rstrip(".") + "."] for q, citation in cited.items()]
    columns = headings(("asked", "source"), language)
    yield Table(lang.text("caption.sources", language), columns, rows)


def used_instruments(definitions: Sequence[Instrument], language: str) -> Iterator[Block]:
    """Every instrument with version and verification; items that hold a slot are named one by one."""
    if not definitions:
        return
    yield Heading(lang.text("report.instruments", language), 3)
    yield Paragraph(lang.text("report.instruments.text", language))
    columns = headings(("instrument", "version", "items", "verification"), language)
    rows = [
        [lang.pick(d.short_title, language), d.version, str(len(d.items)), _verification(d, language)]
        for d in definitions
    ]
    yield Table(lang.text("caption.instruments", language), columns, rows, (2,))
    for definition in definitions:
        held = [i.number for i in definition.items if i.status == "placeholder"]
        if held:
            title = lang.pick(definition.short_title, language)
            text = lang.text("report.placeholders", language, instrument=title, items=", ".join(held))
            yield NoteBox(text, "caution")


def calibration(margins: pd.DataFrame | None, language: str) -> Iterator[Block]:
    """Target, achieved and tolerance of every margin the cohort was tuned to."""
    if margins is None or not len(margins):
        return
    yield Heading(lang.text("report.calibration", language), 3)
    yield Paragraph(lang.text("report.calibration.text", language))
    yield figure("margins", margins, {}, {"synthetic": True}, language, "")
    columns = headings(("margin", "target", "achieved", "tolerance", "met", "basis"), language)
    rows = [_margin(row, language) for row in margins.to_dict("records")]
    yield Table(lang.text("caption.calibration", language), columns, rows, (1, 2, 3))


def glossary(language: str) -> Iterator[Block]:
    """The words of the field in plain language."""
    yield Heading(lang.text("report.glossary", language))
    rows = [[_term(code, language), lang.text(f"gloss.{code}", language)] for code in _GLOSSARY]
    columns = headings(("word", "meaning"), language)
    yield Table(lang.text("caption.glossary", language), columns, rows)


def provenance(runs: Iterable[StudyRun], language: str) -> Iterator[Block]:
    """Seeds, hashes and versions: what it takes to get the same numbers again."""
    yield Heading(lang.text("report.provenance", language))
    first = next(iter(runs))
    known = first.provenance
    facts = [[lang.text(f"report.fact.{key}", language), str(known[key])] for key in _FACTS if known.get(key, "") != ""]
    versions = [[name, str(version)] for name, version in _environment(known).items()]
    columns = headings(("fact", "value"), language)
    yield Table(lang.text("caption.provenance", language), columns, [*facts, *versions])


def definitions_of(names: Iterable[str]) -> list[Instrument]:
    """The shipped definitions of these instruments; unknown names are left out."""
    return [instruments.load(name) for name in names if name in instruments.available()]


def _verification(definition: Instrument, language: str) -> str:
    counts: Counter[str] = Counter(item.status for item in definition.items)
    lines = [lang.text(f"report.status.{status}", language, n=counts[status]) for status in STATUSES if counts[status]]
    if doubtful := sum(score.status == "unverified" for score in definition.scores):
        lines.append(lang.text("report.status.scores", language, n=doubtful))
    return "\n".join(lines)


def _term(code: str, language: str) -> str:
    own = f"gloss.{code}.name"
    return lang.text(own, language) if lang.has(own) else label_of("term", code, {}, language)


def _margin(row: Mapping[Any, Any], language: str) -> list[str]:
    met = abs(row["achieved"] - row["target"]) <= row["tolerance"]
    numbers = [lang.number(float(row[c]), language, decimals=3) for c in ("target", "achieved", "tolerance")]
    return [
        label_of("margin", str(row["margin"]), {}, language),
        *numbers,
        lang.text("report.yes" if met else "report.no", language),
        _basis(str(row["source"]), language),
    ]


def _basis(source: str, language: str) -> str:
    """Whether a target is a published figure, with the keys of the register of figures, or an assumption."""
    if source.startswith("assumption"):
        return lang.text("report.basis.assumption", language)
    keys = ", ".join(dict.fromkeys(re.findall(r"[A-Z]+(?:-[A-Z0-9]+)+", source)))
    return lang.text("report.basis.keys", language, keys=keys) if keys else lang.text("report.basis.figure", language)


def _environment(known: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = known.get("environment", {})
    return found
