"""The tables that analyses read, built from a cohort: one row a form or a case, scored, with its outcomes."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from dvstudy import scoring
from dvstudy.cohort import Cohort
from dvstudy.instruments import Instrument
from dvstudy.tables import ASSESSMENTS, CASES, ORDERS, OUTCOMES, PARTNERS, Table

POLICE_FORM = "order146"
SOCIAL_SHEET = "social_risk_sheet"
DANGER = "danger_assessment"
#: Roles whose police form decides.
DECIDING = ("police_officer", "joint_team")
COUPLE, OTHER = "couple", "other_relation"


def forms(cohort: Cohort, instrument: str, role: str | None = None) -> pd.DataFrame:
    """Scored forms of one instrument, one row a form, joined with the columns of its case and its outcomes.

    Without such forms the table has its columns and no rows. Where a case has several forms by the same kind of
    rater, the first occasion is kept. Adds `couple` (couple / other_relation) and, where the instrument has a
    decision, `positive` (boolean).
    """
    definition = cohort.instrument(instrument)
    rated = first_occasion(cohort.rated(instrument, role))
    answers = _answers(cohort, definition).reindex(rated.index)
    about = complete(cohort.cases, CASES).join(complete(cohort.outcomes, OUTCOMES))
    own = rated[[c for c in rated.columns if c not in about.columns]]
    frame = own.join(about, on="case_id").join(scoring.score(answers, definition))
    frame["couple"] = _couple(frame)
    if definition.decision is not None:
        frame["positive"] = (frame["decision"] == definition.decision.positive).astype("boolean")
    return frame


def verdicts(cohort: Cohort) -> pd.Series:
    """Whether the police form decided positively, case by case: the form of the officer or of the joint team, whichever
    the case has. Empty without such forms."""
    police = forms(cohort, POLICE_FORM)
    deciding = police[police["rater_role"].isin(DECIDING)] if len(police) else police
    if not len(deciding):
        return pd.Series(pd.array([], dtype="boolean"), index=pd.Index([], name="case_id", dtype="str"))
    return deciding.drop_duplicates("case_id").set_index("case_id")["positive"]


def happened(cohort: Cohort) -> Iterator[tuple[str, pd.Series]]:
    """Decisions, orders, services and outcomes by case, nullable booleans; an absent or empty table gives none."""
    cases = cohort.cases.index
    if len(decided := verdicts(cohort)):
        yield "police_positive", decided.reindex(cases)
    if len(cohort.orders):
        for kind in ORDERS:
            ids = cohort.orders.loc[cohort.orders["kind"] == kind, "case_id"]
            yield f"order_{kind}", pd.Series(cases.isin(ids), index=cases, dtype="boolean")
    if len(cohort.services):
        yield "service_used", pd.Series(cases.isin(cohort.services["case_id"]), index=cases, dtype="boolean")
    outcomes = complete(cohort.outcomes, OUTCOMES).reindex(cases)
    flags = [c.name for c in OUTCOMES.columns if c.kind == "flag"]
    yield from ((name, outcomes[name]) for name in flags if outcomes[name].notna().any())


def _answers(cohort: Cohort, definition: Instrument) -> pd.DataFrame:
    """The answers to an instrument; a table without rows where the cohort has none."""
    if definition.id in cohort.answers:
        return cohort.answers[definition.id]
    return pd.DataFrame({i: pd.Series(dtype=definition.dtype(i)) for i in definition.item_ids})


def complete(found: pd.DataFrame, table: Table) -> pd.DataFrame:
    """`found` with every column of its table: a column that a team does not have is there, and empty."""
    return found.assign(**{c.name: c.empty(found.index) for c in table.columns if c.name not in found})


def usual_practice(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of the arm that kept the two separate forms; all rows where no arms were allocated."""
    if frame.empty or frame["arm"].isna().all():
        return frame
    return frame[frame["arm"] == "usual"]


def pairs(
    cohort: Cohort, first: tuple[str, str | None], second: tuple[str, str | None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two sets of scored forms on the same cases, as (instrument, role) each, aligned on case_id."""
    left, right = (forms(cohort, *one) for one in (first, second))
    left, right = (f.reset_index().set_index("case_id") for f in (usual_practice(left), usual_practice(right)))
    common = left.index.intersection(right.index, sort=False)
    return left.loc[common], right.loc[common]


def first_occasion(rated: pd.DataFrame) -> pd.DataFrame:
    """One row a case: its first form."""
    order = complete(rated, ASSESSMENTS)["occasion"].fillna(0)
    keep = ~rated.assign(_order=order).sort_values("_order", kind="stable")["case_id"].duplicated()
    return rated[keep.reindex(rated.index)]


def _couple(frame: pd.DataFrame) -> pd.Series:
    named = frame["relation"].isin(PARTNERS).map({True: COUPLE, False: OTHER})
    return named.where(frame["relation"].notna()).astype(pd.CategoricalDtype([COUPLE, OTHER]))
