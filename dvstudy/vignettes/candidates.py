"""Which simulated cases can be told, and what of each one is told: present, said to be absent, or left untold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from dvstudy import scoring
from dvstudy.cohort import Cohort
from dvstudy.errors import CheckFailed, Problem, Refused
from dvstudy.instruments import Instrument
from dvstudy.vignettes.bank import told_people
from dvstudy.vignettes.model import Area, Bank, Relation, Told, Victim
from dvstudy.vignettes.record import ANSWER

_GROUP: Final[Mapping[str, str]] = {"spouse": "couple", "partner": "couple"}


@dataclass(frozen=True)
class Key:
    """Outcome of a form. `boundary`: one yes more or less would change the decision."""

    section_a: int
    section_b: int
    decision: str
    branch: str
    certainty: str
    positive: bool
    boundary: bool


@dataclass(frozen=True)
class Candidates:
    """Cases that can be told, in the cohort's order; the three tables share their index (case ids).

    Attributes
    ----------
    told
        One column a construct: "present", "absent", "untold".
    cases
        Columns relation, victim, area, `group` (couple, parent, child, other_kin).
    keys
        What the told facts lead to: the fields of `Key`.
    """

    told: pd.DataFrame
    cases: pd.DataFrame
    keys: pd.DataFrame

    def people(self, case: str) -> tuple[Relation, Victim, Area]:
        """Relation, victim and area of a case."""
        relation, victim, area = (str(self.cases.loc[case, name]) for name in ("relation", "victim", "area"))
        return cast(tuple[Relation, Victim, Area], (relation, victim, area))

    def facts(self, case: str) -> dict[str, Told]:
        """Construct by construct, how a case is told."""
        return {str(name): cast(Told, self.told.loc[case, name]) for name in self.told.columns}

    def key(self, case: str) -> Key:
        """What the told facts of a case lead to."""
        return Key(**{str(name): cast(Any, self.keys.loc[case, name]) for name in self.keys.columns})


def candidates(cohort: Cohort, instrument: Instrument, bank: Bank, rng: np.random.Generator) -> Candidates:
    """Every case of a synthetic cohort that the bank can tell.

    A case is left out when the bank has no roles for the people, when a fact is present that it does not tell of such
    people, when nothing is told to be present, or when facts stand side by side that trainers would not believe
    (`rules.unlikely`).

    Raises
    ------
    Refused
        For a cohort that is not proven synthetic: a training case is never made from a real one.
    CheckFailed
        When an item of the form asks about a construct that the bank does not know.
    """
    facts = _facts(cohort, instrument, bank)
    cases = cohort.cases.loc[facts.index, ["relation", "victim", "area"]].astype("str")
    cases["group"] = cases["relation"].replace(_GROUP)
    told, kept = _told(facts, cases, bank, rng)
    kept &= _believable(told, bank)
    told, cases = told[kept], cases[kept]
    return Candidates(told, cases, _keys(told, instrument))


def answers_of(told: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """The form that the told facts make right: one row a case, one column an item."""
    columns = {
        item.id: told[item.construct_id].map(ANSWER).astype(instrument.dtype(item.id)) for item in instrument.items
    }
    return pd.DataFrame(columns, index=told.index)


def _facts(cohort: Cohort, instrument: Instrument, bank: Bank) -> pd.DataFrame:
    """Whether what each item asks about is true, one column a construct."""
    if not cohort.synthetic or "facts" not in cohort.truth:
        raise Refused("vignettes_synthetic_only", cohort=cohort.name)
    constructs = [item.construct_id for item in instrument.items]
    known = (*bank.constructs, bank.relation.construct_id)
    unknown = [Problem("vignette_construct", instrument.id, c, known) for c in constructs if c not in known]
    if unknown:
        raise CheckFailed(instrument.id, unknown)
    return cohort.truth["facts"].loc[cohort.cases.index, constructs].astype(bool)


def _told(
    facts: pd.DataFrame, cases: pd.DataFrame, bank: Bank, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.Series]:
    """How each fact is told, and which cases the bank has words for."""
    people = pd.MultiIndex.from_frame(cases[["relation", "victim"]])
    draws = pd.DataFrame(rng.random(facts.shape), index=facts.index, columns=facts.columns)
    told = pd.DataFrame(index=facts.index)
    kept = pd.Series(people.isin(told_people(bank)), index=facts.index)
    for name in facts.columns.difference([bank.relation.construct_id], sort=False):
        can = {kind: _tellable(bank, name, kind, people) for kind in ("present", "absent")}
        kept &= ~facts[name] | can["present"]
        present = facts[name] & (draws[name] >= bank.rules.present_untold)
        absent = ~facts[name] & can["absent"] & (draws[name] >= bank.rules.absent_untold)
        told[name] = np.select([present, absent], ["present", "absent"], default="untold")
    told[bank.relation.construct_id] = cases["relation"].map(bank.relation.told)
    return told, kept


def _tellable(bank: Bank, construct: str, kind: str, people: pd.MultiIndex) -> np.ndarray:
    known = {pair: bank.tellable(construct, kind, *pair) for pair in people.unique()}
    return np.array([known[pair] for pair in people], dtype=bool)


def _believable(told: pd.DataFrame, bank: Bank) -> pd.Series:
    stated = (told.drop(columns=bank.relation.construct_id) == "present").sum(axis=1)
    kept = stated >= bank.rules.present_fewest
    for pair in bank.rules.unlikely:
        beside = _any(told, pair.absent, "absent") | _any(told, pair.untold, "untold")
        kept &= ~(_any(told, pair.present, "present") & beside)
    return kept


def _any(told: pd.DataFrame, constructs: Sequence[str], how: Told) -> pd.Series:
    """Whether any of `constructs` that the form asks about is told so."""
    return (told[[name for name in constructs if name in told]] == how).any(axis=1)


def _keys(told: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Scores of the right answers, and whether one yes more or less would change the decision."""
    answers = answers_of(told, instrument)
    scored = scoring.score(answers, instrument)
    decision = scored["decision"].astype("str")
    boundary = pd.Series(False, index=told.index)
    for item in instrument.scored_items:
        turned = answers.assign(
            **{item: answers[item].eq("yes").map({True: "no", False: "yes"}).astype(instrument.dtype(item))}
        )
        boundary |= scoring.score(turned, instrument)["decision"].astype("str") != decision
    assert instrument.decision is not None
    return pd.DataFrame(
        {
            "section_a": scored["section_a"].astype(int),
            "section_b": scored["section_b"].astype(int),
            "decision": decision,
            "branch": scored["branch"].astype("str"),
            "certainty": scored["certainty"].astype("str"),
            "positive": decision == instrument.decision.positive,
            "boundary": boundary,
        }
    )
