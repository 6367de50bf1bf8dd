"""Is the form worth using: decision curves of the legal rule, of a risk from its counts, of the Danger Assessment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pandas as pd

from dvstudy.analyses.decision_curves import Thresholds, decision_curves
from dvstudy.result import Result
from dvstudy.studies.parts import estimate, say, with_interval
from dvstudy.studies.run import Section
from dvstudy.studies.thresholds.calibration import COUNTS, RISK, with_risk
from dvstudy.studies.thresholds.view import SEVERE, View, protected
from dvstudy.tables import EXCHANGE

RULE: Final = "legal_rule"
DANGER_RISK: Final = "risk_from_danger"
#: The range that is argued about: one justified flag for ninety-nine needless ones, to one for three. The sentences
#: speak of one for nine.
_THRESHOLDS: Final = Thresholds(grid=tuple(p / 200 for p in range(2, 51)), at=EXCHANGE)


def results(view: View) -> Iterator[Result]:
    """The police form on all forms; the same beside the Danger Assessment on the cases that have both."""
    options: dict[str, Any] = view.options(view.police)
    asked: dict[str, Any] = {"reference": SEVERE, "thresholds": _THRESHOLDS, **options}
    frame = with_risk(view.police, RISK, COUNTS, options["cluster"], view.seed)
    frame = frame.assign(**{RULE: frame["positive"]})
    yield protected(decision_curves(frame, name="decision_severe", tools=[RULE, RISK], **asked))
    danger = with_risk(view.danger, DANGER_RISK, ["total"], options["cluster"], view.seed)
    if not len(danger) or not len(frame):
        return
    both = _both(frame, danger)
    made = decision_curves(both, name="decision_severe_danger", tools=[RULE, RISK, DANGER_RISK], **asked)
    yield protected(made)


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """What the legal rule is worth at one threshold, then the curves."""
    made = found["decision_severe"]
    own = with_interval(made, "net_benefit", "of_1000", RULE)
    verdict = "better" if own["low"].value > 0 else "worse" if own["high"].value < 0 else "unclear"
    worth = say(
        f"thresholds.decision_{verdict}",
        all=estimate(made, "net_benefit", "of_1000", "flag_all"),
        **own,
    )
    shown = [name for name in ("decision_severe", "decision_severe_danger") if name in found]
    yield Section("thresholds.decisions", [worth, say("thresholds.exchange")], shown)


def _both(police: pd.DataFrame, danger: pd.DataFrame) -> pd.DataFrame:
    """Police forms of the cases with a Danger Assessment, and its risk beside them."""
    risk = danger.drop_duplicates("case_id").set_index("case_id")[DANGER_RISK]
    return police[police["case_id"].isin(risk.index)].assign(**{DANGER_RISK: police["case_id"].map(risk)})
