"""Scores: how well the count of the police form and the Danger Assessment tell cases apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from dvstudy.analyses import accuracy, discrimination
from dvstudy.result import Note, Quantity, Result
from dvstudy.studies import frames
from dvstudy.studies.parts import estimate, say
from dvstudy.studies.run import Section
from dvstudy.studies.thresholds.view import SEVERE, View, protected

_WEIGHTS: Final = Note("unverified_weights")


def results(view: View) -> Iterator[Result]:
    """Area under the curve of both scores, and the levels of the Danger Assessment as cut points."""
    police: dict[str, Any] = view.options(view.police)
    count: dict[str, Any] = {"score": "total", "reference": SEVERE}
    yield protected(discrimination.auc(view.police, name="auc_order146_severe", **count, **police))
    danger: dict[str, Any] = view.options(view.danger, frames.DANGER)
    levels: dict[str, Any] = {"name": "danger_levels_severe", "level": "level", "reference": SEVERE}
    yield protected(accuracy.accuracy_at_levels(view.danger, **levels, **danger), _WEIGHTS)
    yield protected(discrimination.auc(view.danger, name="auc_danger_severe", **count, **danger), _WEIGHTS)


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """Both areas in one sentence, then each."""
    areas = say(
        "thresholds.auc",
        police=estimate(found["auc_order146_severe"], "auc", "number"),
        danger=estimate(found["auc_danger_severe"], "auc", "number"),
        half=Quantity(0.5, "number"),
    )
    yield Section("thresholds.scores", [areas], ["auc_order146_severe", "auc_danger_severe", "danger_levels_severe"])
