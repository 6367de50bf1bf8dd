"""Choosing another rule under a stated exchange rate or with no more orders than now; other scores beside the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from dvstudy.analyses.contenders import contenders
from dvstudy.analyses.fitted_scores import fitted_scores
from dvstudy.analyses.rule_choice import APPARENT, LEGAL, VALIDATED, Capacity, CostRatio, CountRules, rule_choice
from dvstudy.analyses.rule_front import rule_front
from dvstudy.cohort import Cohort
from dvstudy.result import Note, Quantity, Result
from dvstudy.studies import frames
from dvstudy.studies.parts import estimate, say, with_interval
from dvstudy.studies.run import Section, Statement
from dvstudy.studies.thresholds.surface import family, number_of
from dvstudy.studies.thresholds.view import SEVERE, View, protected

_WEIGHTS: Final = Note("unverified_weights")
#: Needless flags that one missed case is held to weigh, for the sentence: a threshold of one in twenty.
_FLAGS: Final = 19
_RULE: Final = "legal_rule"
_OWN: Final = ["total_score", "ridge_score", "irt_score"]
_SARA: Final = "sara_v2"
_RANKS: Final = {"low": 0, "moderate": 1, "high": 2}
_RATE, _SAME, _FRONT, _CONTENDERS = "choice_severe", "choice_severe_same_orders", "front_severe", "contenders_severe"


def results(view: View) -> Iterator[Result]:
    """The choice under an exchange rate and within today's workload, families of rules, and contenders."""
    rules, frame = family(view.cohort), view.police
    options: dict[str, Any] = view.options(frame)
    if rules is None or not len(frame):
        return
    asked: dict[str, Any] = {"rules": rules, "reference": SEVERE, **options}
    yield protected(rule_choice(frame, name=_RATE, wanted=CostRatio(_FLAGS), **asked))
    if (now := _orders_now(frame)) > 0:
        capacity = Capacity(forms_per_week=1000, orders_per_week=1000 * now)
        same = rule_choice(frame, name=_SAME, wanted=capacity, **asked)
        yield protected(replace(same, meta={**same.meta, "picture": None}))
    yield protected(rule_front(frame, name=_FRONT, families=_families(rules), reference=SEVERE, **options))
    yield from _contenders(view)


def sections(found: Mapping[str, Result]) -> Iterator[Section]:
    """What would be chosen and what it is worth elsewhere; then other scores."""
    if _RATE not in found:
        return
    said = [_rate(found[_RATE]), *([_same(found[_SAME])] if _SAME in found else [])]
    yield Section("thresholds.choice", said, [n for n in (_RATE, _SAME, _FRONT) if n in found])
    beside = [n for n in (_CONTENDERS, f"{_CONTENDERS}_danger", f"{_CONTENDERS}_sara") if n in found]
    if beside:
        weights = with_interval(found[_CONTENDERS], "sensitivity_difference", "points", "ridge_score")
        yield Section("thresholds.contenders", [say("thresholds.contenders", **weights)], beside)


def _orders_now(frame: pd.DataFrame) -> float:
    """The share that the legal rule flags, of the forms whose outcome is known."""
    known = frame[frame[SEVERE].notna()]
    return float(known["positive"].mean()) if len(known) else 0.0


def _families(rules: CountRules) -> dict[str, CountRules]:
    total = replace(rules, count_b="total", max_b=rules.max_a + rules.max_b, legal=None)
    return {"or_rules": rules, "and_rules": replace(rules, join="all", legal=None), "or_total_rules": total}


def _rate(found: Result) -> Statement:
    return say(
        "thresholds.choice_rate",
        flags=Quantity(float(_FLAGS), "count"),
        near=number_of(found, "near_best"),
        best=number_of(found, "best_rules"),
        apparent=estimate(found, "net_benefit", "of_1000", APPARENT),
        elsewhere=estimate(found, "net_benefit", "of_1000", VALIDATED),
        legal=estimate(found, "net_benefit", "of_1000", LEGAL),
    )


def _same(found: Result) -> Statement:
    return say(
        "thresholds.choice_same",
        apparent=estimate(found, "sensitivity", "of_100", APPARENT),
        legal=estimate(found, "sensitivity", "of_100", LEGAL),
        **with_interval(found, "sensitivity", "of_100", VALIDATED),
    )


def _contenders(view: View) -> Iterator[Result]:
    """All forms with scores of their own answers; then the cases with a Danger Assessment, and those with a rating."""
    options = view.options(view.police)
    if options["cluster"] is None:
        return
    frame = _scored(view.cohort, view.police, options["cluster"], view.seed)
    own = [score for score in _OWN if frame[score].notna().any()]
    asked: dict[str, Any] = {"rule": _RULE, "reference": SEVERE}
    asked |= {k: options[k] for k in ("cluster", "synthetic")}
    yield protected(contenders(frame, name=_CONTENDERS, scores=own, **asked))
    danger = view.danger.drop_duplicates("case_id").set_index("case_id")
    both = frame[frame["case_id"].isin(danger.index)]
    if len(both):
        level = danger["level"].isin(["severe", "extreme"]).where(danger["level"].notna()).astype("boolean")
        both = both.assign(danger_score=both["case_id"].map(danger["total"]), danger_high=both["case_id"].map(level))
        told: dict[str, Any] = {"scores": [*own, "danger_score"], "verdicts": ["danger_high"]}
        yield protected(contenders(both, name=f"{_CONTENDERS}_danger", **told, **asked), _WEIGHTS)
    judged = frames.usual_practice(frames.forms(view.cohort, _SARA)).drop_duplicates("case_id").set_index("case_id")
    both = frame[frame["case_id"].isin(judged.index)]
    if len(both):
        rank = judged["level"].astype("str").map(_RANKS)
        rating = both["case_id"].map(rank)
        both = both.assign(
            sara_rating=rating, sara_high=(rating == _RANKS["high"]).where(rating.notna()).astype("boolean")
        )
        told = {"scores": [*own, "sara_rating"], "verdicts": ["sara_high"]}
        yield protected(contenders(both, name=f"{_CONTENDERS}_sara", **told, **asked))


def _scored(cohort: Cohort, frame: pd.DataFrame, cluster: str, seed: int) -> pd.DataFrame:
    """The forms with their out-of-fold scores; a blank counts as a no, as in law."""
    items = list(cohort.instrument(frames.POLICE_FORM).score["total"].item_ids)
    yes = cohort.answers[frames.POLICE_FORM].reindex(frame.index)[items] == "yes"
    asked = frame[[SEVERE, cluster]].join(yes)
    scores = fitted_scores(asked, name=_CONTENDERS, items=items, reference=SEVERE, cluster=cluster, seed=seed)
    return frame.join(scores).assign(**{_RULE: frame["positive"], "total_score": frame["total"]})
