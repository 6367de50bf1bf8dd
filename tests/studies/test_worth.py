"""Decisions and sizes in the study of thresholds: what is said of clear and unclear tools, and of empty data."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from dvstudy.analyses.decision_curves import decision_curves
from dvstudy.language import languages
from dvstudy.render.sentences import say
from dvstudy.studies.thresholds import decisions, sizes


def made(hits, alarms, n=3000):
    """Decision curves of a rule with this sensitivity and share of false alarms, an event in ten."""
    rng = np.random.default_rng(1)
    event = rng.random(n) < 0.1
    rule = rng.random(n) < np.where(event, hits, alarms)
    frame = pd.DataFrame({"event": event, "legal_rule": rule, "station": rng.integers(0, 30, n)})
    return decision_curves(
        frame, name="decision_severe", tools=["legal_rule"], reference="event", cluster="station", synthetic=True
    )


@pytest.mark.parametrize(
    ("hits", "alarms", "verdict"), [(0.9, 0.05, "better"), (0.3, 0.3, "unclear"), (0.02, 0.6, "worse")]
)
def test_the_sentence_says_what_the_limits_allow(hits, alarms, verdict):
    (section,) = decisions.sections({"decision_severe": made(hits, alarms)})
    worth = section.statements[0]
    assert worth.key == f"thresholds.decision_{verdict}"
    assert section.results == ["decision_severe"]
    for language in languages():
        assert say(worth, language)


def test_no_plan_without_both_kinds_of_outcome():
    frame = pd.DataFrame({"severe_180": [False, False, None], "positive": True, "total": 1, "station_id": [1, 2, 2]})
    frame = frame.astype({"severe_180": "boolean", "positive": "boolean"})
    view = SimpleNamespace(police=frame, options=lambda _: {"cluster": "station_id", "synthetic": True})
    assert list(sizes.results(view)) == []
    assert list(sizes.sections({})) == []


def test_expectations_of_a_plan_are_round():
    rng = np.random.default_rng(2)
    event = rng.random(800) < 0.083
    frame = pd.DataFrame(
        {
            "severe_180": event,
            "positive": rng.random(800) < np.where(event, 0.47, 0.22),
            "total": rng.integers(0, 8, 800) + 2 * event,
            "station_id": rng.integers(0, 40, 800),
        }
    ).astype({"severe_180": "boolean", "positive": "boolean"})
    view = SimpleNamespace(police=frame, options=lambda _: {"cluster": "station_id", "synthetic": True})
    plan = next(sizes.results(view))
    options = plan.meta["options"]
    for name in ("sensitivity", "specificity", "auc"):
        assert (20 * options[name]) == pytest.approx(round(20 * options[name]))
    assert options["prevalence"] == round(options["prevalence"], 2)
    assert (
        plan.row("half_width_reached", "sensitivity")["estimate"]
        > plan.row("half_width_aimed", "sensitivity")["estimate"]
    )
