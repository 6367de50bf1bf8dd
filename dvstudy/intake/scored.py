"""From a file of forms to a file of scores, for research on the instrument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from dvstudy import language as lang
from dvstudy import scoring, writing
from dvstudy.errors import CheckFailed, UsageError
from dvstudy.instruments import Instrument
from dvstudy.instruments.known import check_rule
from dvstudy.intake.columns import CASE_ID
from dvstudy.intake.forms import forms, loaded

#: Last column of every file of scores: its heading is the notice.
NOTICE: Final = "research_and_training_only_not_for_decisions_about_any_person"
_DECIDED: Final = ("decision", "branch", "certainty")
_SMALL: Final = 10
#: Certainty of a form whose decision hangs on its missing answers.
_OPEN: Final = "could_be"


@dataclass(frozen=True)
class ScoredFile:
    """A file of scores that was written: where, how many forms, and how many reached each outcome.

    `summary` holds counts by code: of the decision, or of the level where the instrument decides nothing; then
    `could_be`, forms whose decision hangs on their missing answers.
    """

    path: Path
    n: int
    summary: Mapping[str, int]
    instrument: Instrument

    def lines(self, language: str = lang.BASE) -> Iterator[str]:
        """What was written, in words. Counts below 10 are not said, nor is any count that would give them away."""
        yield lang.plural("intake.scored", language, self.n, path=str(self.path))
        sayable = self._sayable()
        for code, count in sayable.items():
            yield lang.text("intake.scored_count", language, label=self._label(code, language), n=count)
        if len(sayable) < len(self.summary):
            yield lang.text("intake.scored_small", language, least=_SMALL)
        yield lang.text("intake.scored_notice", language)

    def _label(self, code: str, language: str) -> str:
        """The instrument's words for an outcome; the catalogue's where it has none."""
        if code in self.instrument.labels:
            return lang.pick(self.instrument.labels[code], language)
        return lang.text(f"term.{code}", language) if lang.has(f"term.{code}") else code

    def _sayable(self) -> dict[str, int]:
        """Counts that may be said: the outcomes add up to all forms, so one small count among them hides them all."""
        outcomes = {code: count for code, count in self.summary.items() if code != _OPEN}
        said = outcomes if all(count >= _SMALL for count in outcomes.values()) else {}
        return said | ({_OPEN: self.summary[_OPEN]} if self.summary[_OPEN] >= _SMALL else {})


def score_file(
    path: str | Path,
    instrument: str | Path | Instrument,
    out: str | Path,
    *,
    mapping: str | Path | None = None,
    force: bool = False,
) -> ScoredFile:
    """Score a team's file of forms into a CSV, one row a form, in the order of the input.

    Parameters
    ----------
    path, instrument, mapping
        See `forms`.
    out
        The CSV to write, in UTF-8. Never one of the inputs.
    force
        Whether an existing `out` may be replaced.

    Returns
    -------
    ScoredFile
        The file holds `case_id` exactly as in the input, with an apostrophe before what a spreadsheet
        would run as a formula; one column a score (order146: `section_a`, `section_b`,
        `total`); `decision`, `branch`, `certainty`; `n_missing` and `n_<reason>`; `level`; lowest and highest values
        that the missing answers allow (`<score>_low`, `<score>_high`, `level_low`, `level_high`); last a column whose
        heading says that none of it is for decisions about a person.

    Raises
    ------
    UsageError
        `out` is there already, is an input, or is no CSV.
    CheckFailed, Refused
        See `forms`. Nothing is written then.

    When not to use
    ---------------
    To assess anybody. The scores are for studying how the instrument behaves over many forms.
    """
    source, target = Path(path), Path(out)
    inputs = [source, *([Path(mapping)] if mapping is not None else [])]
    _check_target(target, inputs, force)
    with suppress(CheckFailed):  # which `forms` raises together with every other fault
        check_rule(loaded(instrument))
    read = forms(source, instrument, mapping)
    scores = scoring.score(read.answers, read.instrument)
    table = _laid_out(scores, read.instrument)
    table.insert(0, CASE_ID, list(read.written))
    table[NOTICE] = "true"
    writing.put(target, writing.csv_text(table), force=force)
    return ScoredFile(target, len(table), _summary(scores, read.instrument), read.instrument)


def _check_target(target: Path, inputs: list[Path], force: bool) -> None:
    if any(_same_file(target, one) for one in inputs):
        raise UsageError("target_is_input", target=target.name)
    if target.suffix.casefold() != ".csv":
        raise UsageError("target_not_csv", target=target.name)
    writing.check(target, force=force)


def _same_file(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _laid_out(scores: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Scores first, then the decision, then what is missing, then levels and bounds."""
    counts = [c for c in scores.columns if c.startswith("n_")]
    first = [*instrument.score, *_DECIDED, *counts, "level"]
    return scores[[*first, *(c for c in scores.columns if c not in first)]].copy()


def _summary(scores: pd.DataFrame, instrument: Instrument) -> dict[str, int]:
    outcome = "level" if instrument.decision is None else "decision"
    counts = {str(code): int(n) for code, n in scores[outcome].value_counts(sort=False).items()}
    return counts | {_OPEN: int((scores["certainty"] == _OPEN).sum())}
