"""Study of agreement: a police officer and a social worker look at the same case."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from dvstudy.analyses import agreement, icc
from dvstudy.cohort import Cohort
from dvstudy.disclosure import protect
from dvstudy.result import Note, Result, not_estimable
from dvstudy.studies import frames, parts
from dvstudy.studies.parts import estimate, say, with_interval
from dvstudy.studies.run import Section, Statement, StudyRun

_POLICE = (frames.POLICE_FORM, "police_officer")
_SOCIAL = (frames.POLICE_FORM, "social_worker")
_SHEET = (frames.SOCIAL_SHEET, "social_worker")
#: Clusters in order of preference.
_CLUSTERS = ("station_id", "rater_id")
_COUNTS = ("section_a", "section_b", "total")


def run(cohort: Cohort, *, seed: int) -> StudyRun:
    """Agreement on each item, on the counts and on the decision when both fill the police form, and between the
    police decision and the social sheet's level.

    The two raters see the case days apart, so part of the disagreement is change in the case, not error. The
    station is the cluster, since both raters work in it and one social worker rates many of its cases; without
    stations it is the officer.
    """
    results = {r.name: r for r in [*_same_form(cohort), *_two_forms(cohort)]}
    return parts.finish(
        "agreement",
        cohort,
        results.values(),
        seed=seed,
        summary=_summary(results),
        sections=_sections(results),
    )


def _same_form(cohort: Cohort) -> Iterator[Result]:
    police, social = frames.pairs(cohort, _POLICE, _SOCIAL)
    if police.empty:
        for name in ("decision", "items", "counts"):
            yield _absent(cohort, name, "no_double_rating")
        return
    both = _side_by_side(police, social)
    options = {**parts.common(cohort, both, *_CLUSTERS), "instrument": frames.POLICE_FORM}
    yield agreement.agreement(both, name="decision", first="positive_first", second="positive_second", **options)
    answers = cohort.answers[frames.POLICE_FORM]
    yield agreement.agreement_items(
        answers.loc[police["assessment_id"]].set_axis(police.index),
        answers.loc[social["assessment_id"]].set_axis(social.index),
        name="items",
        items=cohort.instrument(frames.POLICE_FORM).item_ids,
        **{**options, "cluster": both[options["cluster"]] if options["cluster"] else None},
    )
    yield icc.icc_counts(
        both,
        name="counts",
        pairs={score: (f"{score}_first", f"{score}_second") for score in _COUNTS},
        **options,
    )


def _two_forms(cohort: Cohort) -> Iterator[Result]:
    police, sheet = frames.pairs(cohort, _POLICE, _SHEET)
    if police.empty:
        yield _absent(cohort, "decision_sheet", "no_double_rating")
        return
    both = _side_by_side(police, sheet)
    options = parts.common(cohort, both, *_CLUSTERS)
    made = agreement.agreement(both, name="decision_sheet", first="positive_first", second="positive_second", **options)
    yield made.with_notes(Note("different_constructs"))


def _absent(cohort: Cohort, name: str, reason: str) -> Result:
    meta = {"question": "agreement", "synthetic": cohort.synthetic, "instrument": frames.POLICE_FORM, "picture": None}
    return not_estimable(name, meta, Note(reason))


def _side_by_side(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Columns of both raters' forms on the same cases, suffixed _first and _second, and the clusters."""
    shared = [c for c in ("positive", *_COUNTS) if c in first and c in second]
    pair = first[shared].add_suffix("_first").join(second[shared].add_suffix("_second"))
    return pair.assign(**{c: first[c] for c in _CLUSTERS})


def _summary(results: dict[str, Result]) -> list[Statement]:
    decision, sheet = results["decision"], results["decision_sheet"]
    return [
        say("agreement.decision", **with_interval(decision, "percent_agreement", "of_100")),
        say(
            "agreement.imminent",
            positive=estimate(decision, "positive_agreement", "of_100"),
            kappa=estimate(decision, "kappa", "number"),
            ac1=estimate(decision, "ac1", "number"),
        ),
        say("agreement.sheet", **with_interval(sheet, "percent_agreement", "of_100")),
    ]


def _sections(results: dict[str, Result]) -> list[Section]:
    return [
        Section("agreement.decision", [], ["decision", "decision_sheet"]),
        Section("agreement.items", _extremes(results["items"]), ["items"]),
        Section("agreement.counts", [], ["counts"]),
    ]


def _extremes(items: Result) -> list[Statement]:
    """The items on which the raters agree least and most beyond chance, among those that may be shown."""
    shown = protect(items).table
    kappas = shown[(shown["term"] == "kappa") & shown["estimate"].notna()].sort_values("estimate")
    if len(kappas) < 2:
        return []
    low, high = kappas.iloc[0]["group"], kappas.iloc[-1]["group"]
    return [
        say(
            "agreement.items",
            lowest=f"@{frames.POLICE_FORM}/{low}",
            highest=f"@{frames.POLICE_FORM}/{high}",
            low=estimate(items, "kappa", "number", low),
            high=estimate(items, "kappa", "number", high),
            low_ac1=estimate(items, "ac1", "number", low),
        )
    ]
