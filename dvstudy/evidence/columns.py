"""What may stand in the tables of published figures, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dvstudy.evidence.strict import Column

#: `followed`: assessed first, outcome later, in person or in records. `case_control`: chosen by outcome.
DESIGNS: Final = ("followed", "case_control", "cross_sectional", "review")
#: Who answered or rated.
RATERS: Final = (
    "researcher", "officer", "officer_asks_victim", "practitioner", "victim", "victim_or_proxy", "interviewer", "model",
    "mixed",
)  # fmt: skip
#: How close to the manual the form was used: `altered` items or result, `from_files` coded from records.
ADMINISTRATIONS: Final = ("as_designed", "altered", "from_files", "mixed", "not_said")
SAMPLES: Final = ("development", "validation", "not_said")
INTERVALS: Final = ("confidence_95", "range")
CELLS: Final = ("published", "derived", "reconstructed", "candidate")
STATUSES: Final = ("verified", "derived", "flagged", "unverified", "not_printed")
#: Statistics that lie between 0 and 1, at 0 or above, and between -1 and 1; `finding` is words without a number.
SHARES: Final = (
    "auc", "auc_weighted", "auc_pooled", "sensitivity", "specificity", "ppv", "npv", "accuracy", "base_rate",
    "false_positive_rate", "false_negative_rate", "recidivism_rate", "share",
)  # fmt: skip
AMOUNTS: Final = (
    "odds_ratio", "count", "false_positives", "items", "mean_score", "median_score", "score_range", "relative_increase",
)  # fmt: skip
COEFFICIENTS: Final = ("alpha", "correlation", "reliability")
STATISTICS: Final = (*SHARES, *AMOUNTS, *COEFFICIENTS, "finding")
TABLE: Final = ("tp", "fp", "fn", "tn")

_TEXT, _NEEDED, _WHOLE = Column(), Column(needed=True), Column("whole")
_SHARE: Final = Column("number", low=0, high=1)
_YEAR: Final = Column("whole", needed=True, low=1970, high=2100)


def _code(allowed: tuple[str, ...], *, needed: bool = True) -> Column:
    return Column("code", needed=needed, allowed=allowed)


VALIDATION: Final[Mapping[str, Column]] = {
    "row_id": _NEEDED, "study_id": _NEEDED, "study": _NEEDED, "year": _YEAR, "country": _NEEDED,
    "instrument": _NEEDED, "family": _NEEDED, "form": _NEEDED, "design": _code(DESIGNS), "sample": _code(SAMPLES),
    "setting": _NEEDED, "rater": _code(RATERS), "administration": _code(ADMINISTRATIONS), "outcome": _TEXT,
    "period": _TEXT, "cutoff": _TEXT, "statistic": _code(STATISTICS), "value": Column("number"), "printed": _NEEDED,
    "interval": _code(INTERVALS, needed=False), "low": Column("number"), "high": Column("number"), "n": _WHOLE,
    "n_events": _WHOLE, "base_rate": _SHARE, **dict.fromkeys(TABLE, _WHOLE), "cells": _code(CELLS, needed=False),
    "studies": _WHOLE, "status": _code(STATUSES[:-1]), "source": _NEEDED, "doi": _TEXT, "note": _TEXT,
}  # fmt: skip
PREVALENCE: Final[Mapping[str, Column]] = {
    "row_id": _NEEDED, "study_id": _NEEDED, "study": _NEEDED, "country": _NEEDED, "setting": _NEEDED,
    "instrument": _NEEDED, "family": _NEEDED, "form": _NEEDED, "population": _NEEDED, "item": _NEEDED,
    "topic_en": _NEEDED, "topic_ro": _NEEDED, "category": _NEEDED, "n": _WHOLE, "count": _WHOLE,
    "percent": Column("number", low=0, high=100), "status": _code(STATUSES), "source": _NEEDED, "note": _TEXT,
}  # fmt: skip
