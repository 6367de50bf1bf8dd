"""The same cases by every instrument: what each covers, to whom it applies, what it decides, where two agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

import pandas as pd

from dvstudy import instruments, scoring
from dvstudy.analyses import agreement
from dvstudy.cohort import Cohort
from dvstudy.instruments import Instrument
from dvstudy.result import Note, Result, table
from dvstudy.studies import frames, parts
from dvstudy.studies._grouped import absent, meta, shared, together
from dvstudy.studies.borrowed import Filled, borrow, covered, questions, reachable
from dvstudy.studies.run import Section, StudyRun
from dvstudy.tables import CASES

APPLIES: Final = ("applies", "cannot_be_checked", "does_not_apply")
#: Certainty of a positive decision -> term of a result.
SETTLED: Final = {
    "certain": "positive_certain",
    "could_be": "positive_possible",
    "cannot_be": "positive_excluded",
}


def run(cohort: Cohort, *, seed: int) -> StudyRun:
    """Every instrument on the cases of one cohort.

    For each: how many forms were filled in; which share of its questions asks about a topic that some filled form
    asks about; to which cases it may be applied, as far as relation and victim tell; what it decides on the forms
    filled in, or, where none were, what the answers of the other forms settle (`borrowed.borrow`); and how far the
    decisions of two forms on the same case agree.
    """
    filled = {name: form for name in cohort.answers if (form := _filled(cohort, name)) is not None}
    chosen = {name: _definition(cohort, name) for name in dict.fromkeys([*filled, *instruments.available()])}
    chosen = {name: one for name, one in chosen.items() if questions(one)}
    deciding = {name: one for name, one in chosen.items() if name in filled and one.rule.known and one.decision}
    by_section = {
        "covered": [_forms(cohort, chosen, filled)],
        "applies": list(_applies(cohort, chosen)),
        "decisions": [*_decisions(cohort, deciding), *_levels(cohort, chosen, filled)],
        "settled": list(_settled(cohort, chosen, filled)),
        "agreement": [_agreement(cohort, deciding)],
    }
    made = {key: found or [absent(cohort, f"compare_{key}")] for key, found in by_section.items()}
    sections = [Section(f"comparison.{key}", [], [r.name for r in found]) for key, found in made.items()]
    results = [r for found in made.values() for r in found]
    return parts.finish("comparison", cohort, results, seed=seed, summary=[], sections=sections)


def applies_to(one: Instrument, cases: pd.DataFrame) -> pd.Series:
    """Whether an instrument may be applied to each case, as `APPLIES`: known to be outside, or not; what the
    definition requires beyond relation and victim stands in no table and cannot be checked."""
    limits = {"relation": one.applicability.relations, "victim": one.applicability.victims}
    outside = pd.Series(False, index=cases.index)
    unsure = pd.Series(bool(one.applicability.requires), index=cases.index)
    for column, allowed in ((c, a) for c, a in limits.items() if a):
        known = cases[column].notna() if column in cases else pd.Series(False, index=cases.index)
        outside |= known & ~cases[column].isin(allowed) if column in cases else False
        unsure |= ~known
    found = pd.Series("applies", index=cases.index).mask(unsure, "cannot_be_checked").mask(outside, "does_not_apply")
    return found.astype(pd.CategoricalDtype(list(APPLIES)))


def _definition(cohort: Cohort, name: str) -> Instrument:
    return cohort.instrument(name) if name in cohort.answers else instruments.load(name)


def _role(cohort: Cohort, name: str) -> str | None:
    """The role the instrument is meant for, if anybody in that role filled it in; else whoever did."""
    roles = set(cohort.rated(name)["rater_role"])
    informant = cohort.instrument(name).informant
    return informant if informant in roles else None


def _filled(cohort: Cohort, name: str) -> Filled | None:
    """The first form of each case, by the role it is meant for; None when no case has one."""
    forms = frames.first_occasion(cohort.rated(name, _role(cohort, name)))
    if not len(forms):
        return None
    answers = cohort.answers[name].loc[forms.index].astype("str")
    return Filled(cohort.instrument(name), answers.set_axis(pd.Index(forms["case_id"]), axis=0))


def _forms(cohort: Cohort, chosen: Mapping[str, Instrument], filled: Mapping[str, Filled]) -> Result:
    """Forms filled in, questions, the share of questions whose topic is covered, and requirements nobody can check."""
    rows: list[dict[str, Any]] = []
    for name, one in chosen.items():
        things = {
            "questions": (len(questions(one)), "count"),
            "topics_covered": (covered(one, filled), "percent"),
            "requirements": (len(one.applicability.requires), "count"),
        }
        rows += [
            {"term": term, "group": name, "estimate": float(value), "method": "counted", "kind": kind}
            for term, (value, kind) in things.items()
        ]
        if name in filled:
            n = len(filled[name].answers)
            rows.append(
                {"term": "forms", "group": name, "estimate": float(n), "n": n, "method": "counted", "kind": "count"}
            )
    return Result("compare_forms", table(rows), meta(cohort, "compare_forms"))


def _applies(cohort: Cohort, chosen: Mapping[str, Instrument]) -> Iterator[Result]:
    """Cases outside the limits of each instrument that limits relation or victim, and the others. Cases of which that
    is not known are left out and counted in a note."""
    cases = frames.complete(cohort.cases, CASES)
    for name, one in chosen.items():
        if one.applicability.relations or one.applicability.victims:
            inside = "cannot_be_checked" if one.applicability.requires else "applies"
            share = applies_to(one, cases).cat.set_categories([inside, "does_not_apply"])
            yield shared(cohort, "compare_applies", name, cases.assign(share=share))


def _decisions(cohort: Cohort, deciding: Mapping[str, Instrument]) -> Iterator[Result]:
    for name in deciding:
        forms = frames.forms(cohort, name, _role(cohort, name))
        said = forms["positive"].map({True: "decided_positive", False: "decided_negative"})
        share = said.astype(pd.CategoricalDtype(["decided_positive", "decided_negative"]))
        yield shared(cohort, "compare_decisions", name, forms.assign(share=share))


def _levels(cohort: Cohort, chosen: Mapping[str, Instrument], filled: Mapping[str, Filled]) -> Iterator[Result]:
    """Levels of every form that was filled in and has more to say than yes or no."""
    for name in filled:
        one = chosen[name]
        if one.rule.known and (len(one.levels) > 2 or not one.decision):
            forms = frames.forms(cohort, name, _role(cohort, name))
            yield shared(cohort, "compare_levels", name, forms.assign(share=forms["level"]))


def _settled(cohort: Cohort, chosen: Mapping[str, Instrument], filled: Mapping[str, Filled]) -> Iterator[Result]:
    """How far the answers on other forms settle the decision of an instrument that nobody filled in, among cases to
    which it may be applied. An instrument that no such answers could ever settle is left out."""
    cases = frames.complete(cohort.cases, CASES)
    for name, one in chosen.items():
        if name in filled or not one.rule.known or one.judgement or not one.decision:
            continue
        own = cases[applies_to(one, cases) != "does_not_apply"]
        found = scoring.score(borrow(one, filled, own.index), one)["certainty"]
        possible = {"could_be", *scoring.score(reachable(one, filled), one)["certainty"], *found}
        kept = [k for k in SETTLED if k in possible]
        if len(kept) > 1:
            share = found.cat.set_categories(kept).cat.rename_categories([SETTLED[k] for k in kept])
            yield shared(cohort, "compare_settled", name, own.assign(share=share)).with_notes(Note("borrowed_answers"))


def _agreement(cohort: Cohort, deciding: Mapping[str, Instrument]) -> Result:
    """Agreement of the decisions of each two forms on the same cases, where usual practice kept them apart."""
    made = {}
    for first, second in combinations(deciding, 2):
        sides = frames.pairs(cohort, (first, _role(cohort, first)), (second, _role(cohort, second)))
        both = pd.DataFrame({"one": sides[0]["positive"], "other": sides[1]["positive"]}).assign(
            station_id=sides[0]["station_id"]
        )
        options = parts.common(cohort, both)
        found = agreement.agreement(both, name="pair", first="one", second="other", **options)
        if found.status != "not_estimable":
            made[f"{first}+{second}"] = found
    result = together(cohort, "compare_agreement", made)
    return result.with_notes(Note("different_constructs")) if made else result
