"""The forms of a cohort as tables of yes and no, by instrument and role; pairs of questions that stand out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import pandas as pd

from dvstudy.cohort import Cohort
from dvstudy.disclosure import protect
from dvstudy.instruments import Instrument
from dvstudy.result import Note, Quantity, Result, not_estimable
from dvstudy.studies import frames
from dvstudy.tables import CASES, OUTCOMES, ROLES

#: Clusters in order of preference.
CLUSTERS: Final = ("station_id", "rater_id")
#: Topics behind which no trait stands, whatever the answers are worth.
_NOT_TRAITS: Final = ("relation_to_victim",)
_LISTED: Final = 8
_TWO: Final = 2
#: What happened in a case, in reading order.
QUANTITIES: Final = (
    "police_positive", "order_provisional", "order_court", "service_used",
    *(c.name for c in OUTCOMES.columns if c.kind == "flag"),
)  # fmt: skip


@dataclass(frozen=True)
class Forms:
    """Every form of one instrument that raters of one role filled in.

    Attributes
    ----------
    instrument, role
        Codes; `name` joins them.
    answers
        One row a form, one column a question: true for an answer that is worth something, false for one worth nought,
        missing for a reason for missing.
    rows
        The assessments of these forms, joined with their cases.
    traits
        Questions that a trait may stand behind: those whose associations are looked at.
    cut
        How many questions have more than two answers, here cut to yes and no.
    """

    instrument: str
    role: str
    answers: pd.DataFrame
    rows: pd.DataFrame
    traits: tuple[str, ...]
    cut: int

    @property
    def name(self) -> str:
        return f"{self.instrument}_{self.role}"

    @property
    def about(self) -> str:
        """The form and who filled it in, as a code that has words."""
        return f"{self.instrument}+{self.role}"

    @property
    def notes(self) -> tuple[Note, ...]:
        """What cutting answers in two means."""
        return (Note("answers_cut", {"questions": Quantity(self.cut, "count")}),) if self.cut else ()

    @property
    def asked(self) -> pd.DataFrame:
        """Answers to the questions that a trait may stand behind."""
        return self.answers[list(self.traits)]

    @property
    def cluster_column(self) -> str | None:
        usable = (c for c in CLUSTERS if c in self.rows and bool(self.rows[c].notna().any()))
        return next(usable, None)

    @property
    def cluster(self) -> pd.Series | None:
        return None if self.cluster_column is None else self.rows[self.cluster_column]


@dataclass(frozen=True)
class Side:
    """A cohort with what is made from it once: its forms, and what happened in each case."""

    cohort: Cohort

    @cached_property
    def forms(self) -> dict[str, Forms]:
        """Forms by name, instrument by instrument and role by role."""
        return {one.name: one for one in _forms(self.cohort)}

    @cached_property
    def cases(self) -> pd.DataFrame:
        return frames.complete(self.cohort.cases, CASES)

    @cached_property
    def quantities(self) -> dict[str, pd.Series]:
        """Decisions, orders, services and outcomes by case, nullable booleans; a table that is absent or empty gives
        none."""
        return dict(frames.happened(self.cohort))


@dataclass(frozen=True)
class Sides:
    """The cohort looked at, and the one it is held against (or None)."""

    own: Side
    reference: Side | None

    @property
    def synthetic(self) -> bool:
        """Whether both are proven synthetic."""
        return self.own.cohort.synthetic and (self.reference is None or self.reference.cohort.synthetic)

    def in_one_place(self) -> Sides:
        """Both sides where their counties can be the same ones; the cohort alone where either is made up, since the
        codes of made-up places name nothing."""
        made_up = self.own.cohort.synthetic or (self.reference is not None and self.reference.cohort.synthetic)
        return replace(self, reference=None) if made_up else self

    def matched(self) -> Iterator[tuple[Forms, Forms | None]]:
        """Forms of the cohort, each with the same form and role of the reference, if it has them."""
        for name, one in self.own.forms.items():
            yield one, self.reference.forms.get(name) if self.reference else None


def _forms(cohort: Cohort) -> Iterator[Forms]:
    cases = frames.complete(cohort.cases, CASES)
    for name, answers in cohort.answers.items():
        made = cohort.assessments[cohort.assessments["instrument"] == name]
        for role in ROLES:
            chosen = made[(made["rater_role"] == role) & made.index.isin(answers.index)]
            if len(chosen):
                rows = chosen[[c for c in chosen if c not in cases]].join(cases, on="case_id")
                form = cohort.instrument(name)
                yes, traits = _yes(form, answers.loc[chosen.index])
                yield Forms(name, role, yes, rows, traits, sum(_levels(form, str(item)) > _TWO for item in yes))


def _yes(form: Instrument, answers: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Answers as yes, no or missing, and the questions with a trait behind them."""
    columns = {}
    for item in (i for i in form.items if i.role == "item" and i.id in answers):
        worth = {a.code: a.score > 0 for a in form.answer_set(item.id).answers}
        columns[item.id] = answers[item.id].astype("object").map(worth).astype("boolean")
    traits = tuple(i for i in columns if form.item[i].construct_id not in _NOT_TRAITS)
    return pd.DataFrame(columns, index=answers.index), traits


def _levels(form: Instrument, item: str) -> int:
    return len({answer.score for answer in form.answer_set(item).answers})


def may_be_drawn(made: Result) -> bool:
    """Whether any correlation of these pairs may be shown."""
    pairs = protect(made).frames.get("pairs")
    return pairs is None or bool(pairs.loc[pairs["term"] == "tetrachoric", "estimate"].notna().any())


def strongest(made: Result, compared: bool) -> Iterator[Result]:
    """The pairs that differ most from the reference, or without one those that go together most, among the pairs that
    may be shown."""
    if made.status == "not_estimable":
        return
    term = "difference" if compared else "tetrachoric"
    shown = protect(made).frames["pairs"]
    usable = shown[(shown["term"] == term) & shown["estimate"].notna() & ~shown["method"].str.endswith("_empty_cell")]
    order = usable["estimate"].abs().sort_values(ascending=False, kind="stable").index[:_LISTED]
    chosen = list(usable.loc[order, "group"])
    name = f"largest_{made.name}"
    meta = {**made.meta, "question": "pairs_apart" if compared else "pairs_strongest", "picture": None, "rows": "pair"}
    if not chosen:
        yield not_estimable(name, meta, Note("no_pair_shown"))
        return
    place = {group: k for k, group in enumerate(chosen)}
    rows = made.frames["pairs"]
    rows = rows[rows["group"].isin(chosen)].sort_values("group", key=lambda g: g.map(place), kind="stable")
    counts = made.frames["counts"]
    frames_ = {"counts": counts[counts["group"].isin(chosen)].reset_index(drop=True)}
    notes = (Note("largest_of_many"),) if len(usable) > len(chosen) else ()
    yield replace(
        made, name=name, table=rows.reset_index(drop=True), frames=frames_, meta=meta, notes=notes, status="ok"
    )


def common(synthetic: bool, frame: pd.DataFrame) -> dict[str, object]:
    """The cluster column and the synthetic mark, as every analysis takes them."""
    usable = [c for c in CLUSTERS if c in frame and bool(frame[c].notna().any())]
    return {"cluster": usable[0] if usable else None, "synthetic": synthetic}
