"""Missing answers: the legal reading, the bounds, complete forms and imputation, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import scoring
from dvstudy.analyses import imputation, missing_bounds
from dvstudy.instruments import Instrument
from dvstudy.result import Result
from dvstudy.studies import frames
from dvstudy.studies.parts import estimate, say
from dvstudy.studies.run import Section
from dvstudy.studies.thresholds.view import HIGH_RISK, View

NAME = "order146_high_risk_gaps"
#: What may say something about a missing answer besides the other answers, the outcome and the station.
COVARIATES = ("relation", "victim", "area")
_YES, _NO = "yes", "no"


def results(view: View) -> Iterator[Result]:
    """All ways of reading a missing answer, against the adjudicated risk level, in one result."""
    frame, options = view.police, view.options(view.police)
    bounds = missing_bounds.missing_bounds(
        frame, name=NAME, test="positive", certainty="certainty", reference=HIGH_RISK, **options
    )
    definition = view.cohort.instrument(frames.POLICE_FORM)
    if bounds.status == "not_estimable" or not _yes_no(definition):
        yield bounds
        return
    answers = _flags(view.cohort.answers[frames.POLICE_FORM].loc[frame.index], definition)
    model = imputation.Model(
        answers, lambda filled: _positive(filled, definition), [c for c in COVARIATES if frame[c].notna().all()]
    )
    imputed = imputation.imputed_accuracy(frame, name=NAME, model=model, reference=HIGH_RISK, seed=view.seed, **options)
    yield _together(bounds, imputed)


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """How far missing answers could move sensitivity."""
    ends = say(
        "thresholds.gaps",
        least=estimate(found[NAME], "sensitivity", "of_100", missing_bounds.LEAST),
        most=estimate(found[NAME], "sensitivity", "of_100", missing_bounds.MOST),
        legal=estimate(found[NAME], "sensitivity", "of_100", missing_bounds.AS_SCORED),
    )
    yield Section("thresholds.gaps", [ends], [NAME])


def _together(bounds: Result, imputed: Result) -> Result:
    """One table: as scored, settled, complete forms, imputed, least, most."""
    table = pd.concat([bounds.table, imputed.table], ignore_index=True)
    order = [missing_bounds.AS_SCORED, missing_bounds.SETTLED, imputation.COMPLETE, imputation.IMPUTED,
             missing_bounds.LEAST, missing_bounds.MOST]  # fmt: skip
    table = table.sort_values("group", key=lambda g: g.map(order.index), kind="stable", ignore_index=True)
    counts = pd.concat([bounds.frames["counts"], imputed.frames["counts"]], ignore_index=True)
    notes = {note.code: note for note in (*bounds.notes, *imputed.notes)}
    return replace(
        bounds,  # imputation always carries its assumption as a caution
        table=table,
        frames={"counts": counts, "information": imputed.frames.get("information", pd.DataFrame())},
        notes=list(notes.values()),
        status="caution",
    )


def _yes_no(definition: Instrument) -> bool:
    """Whether the rule reads yes/no questions only and gives a decision: what can be imputed here."""
    return definition.decision is not None and all(
        set(definition.answer_set(item).codes) == {_YES, _NO} for item in definition.needed_items
    )


def _flags(answers: pd.DataFrame, definition: Instrument) -> pd.DataFrame:
    """Yes and no of the questions that the rule reads; every reason for missing is missing."""
    read = answers[list(definition.needed_items)].astype("object")
    return (read == _YES).astype("boolean").mask(~read.isin([_YES, _NO]))


def _positive(filled: pd.DataFrame, definition: Instrument) -> NDArray[np.bool_]:
    """The rule on completed answers."""
    assert definition.decision is not None
    codes = {i: np.where(filled[i], _YES, _NO) for i in filled}
    answers = pd.DataFrame(codes, filled.index).astype({str(i): definition.dtype(str(i)) for i in filled})
    decided = scoring.score(answers, definition)["decision"]
    return np.asarray(decided == definition.decision.positive, bool)
