"""What every part of the study of thresholds is given: the cohort and its scored forms, joined with what happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol

import pandas as pd

from dvstudy.cohort import Cohort
from dvstudy.result import Note, Result
from dvstudy.studies import frames, parts
from dvstudy.studies.run import Section

#: The outcomes that forms are held against: severe violence within 180 days, as it happened under protection; and the
#: risk level that a panel gave, blind to the form.
SEVERE: Final = "severe_180"
HIGH_RISK: Final = "high_risk_adjudicated"
_PROTECTED: Final = Note("protected_outcome")


@dataclass(frozen=True)
class View:
    """The forms of usual practice, one row a form: answers scored, columns of the case, outcomes.

    `seed` is that of every random number of the study.
    """

    cohort: Cohort
    seed: int

    @cached_property
    def police(self) -> pd.DataFrame:
        """The officer's forms; `positive` says whether the legal rule is met, `section_a`, `section_b` the counts."""
        return frames.usual_practice(frames.forms(self.cohort, frames.POLICE_FORM, "police_officer"))

    @cached_property
    def danger(self) -> pd.DataFrame:
        """The Danger Assessments."""
        return frames.usual_practice(frames.forms(self.cohort, frames.DANGER))

    def options(self, frame: pd.DataFrame, instrument: str = frames.POLICE_FORM) -> dict[str, Any]:
        """What every analysis is told: cluster, synthetic or not, instrument."""
        return {**parts.common(self.cohort, frame), "instrument": instrument}


class Part(Protocol):
    """A module of this package: its results, and the sections that show them."""

    def results(self, view: View) -> Iterable[Result]: ...

    def sections(self, found: Mapping[str, Result]) -> Iterable[Section]: ...


def protected(result: Result, *notes: Note) -> Result:
    """`result` with the caution that protection followed the form, and others; one that could not be estimated already
    says why and needs no more."""
    if result.status == "not_estimable":
        return result
    return result.with_notes(_PROTECTED, *notes, status="caution")
