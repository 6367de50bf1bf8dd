"""The legal rule as it is: what depends on missing answers, how often it is right, for couples and for others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from dvstudy.analyses import accuracy, at_prevalence, shares
from dvstudy.result import Result
from dvstudy.studies import frames
from dvstudy.studies.parts import estimate, say
from dvstudy.studies.run import Section, Statement
from dvstudy.studies.thresholds.view import HIGH_RISK, SEVERE, View, protected
from dvstudy.tables import PREVALENCES


def results(view: View) -> Iterator[Result]:
    """Certainty of the verdict, and accuracy against the adjudicated risk level and against severe violence."""
    frame = view.police
    options: dict[str, Any] = view.options(frame)
    rule = {"test": "positive", **options}
    yield shares.shares(frame, name="certainty", column="certainty", **options)
    yield accuracy.accuracy(frame, name="order146_high_risk", reference=HIGH_RISK, **rule)
    yield accuracy.accuracy(frame, name="order146_high_risk_by_couple", reference=HIGH_RISK, group="couple", **rule)
    yield protected(accuracy.accuracy(frame, name="order146_severe", reference=SEVERE, **rule))
    stated = at_prevalence.at_prevalence(
        frame, name="order146_severe_at_prevalence", reference=SEVERE, prevalences=PREVALENCES, **rule
    )
    yield protected(stated)
    by_victim = accuracy.accuracy(frame, name="order146_severe_by_victim", reference=SEVERE, group="victim", **rule)
    yield protected(by_victim)


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """What missing answers leave open, then the rule."""
    by_couple = found["order146_high_risk_by_couple"]
    yield Section("thresholds.certainty", [_certainty(found["certainty"])], ["certainty"])
    couples = say(
        "thresholds.couple",
        couple=estimate(by_couple, "sensitivity", "of_100", frames.COUPLE),
        other=estimate(by_couple, "sensitivity", "of_100", frames.OTHER),
    )
    shown = ["order146_high_risk", "order146_severe", "order146_high_risk_by_couple", "order146_severe_by_victim"]
    yield Section("thresholds.rule", [couples], shown)
    yield Section("thresholds.prevalence", [], ["order146_severe_at_prevalence"])


def _certainty(shares_of: Result) -> Statement:
    kinds = ("certain", "could_be", "cannot_be")
    return say("thresholds.certainty", **{kind: estimate(shares_of, kind, "percent") for kind in kinds})
