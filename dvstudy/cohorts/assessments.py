"""The assessments of a cohort and their answers, as categories with reasons for missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dvstudy import instruments, provenance
from dvstudy.cohorts import columns, logistics, observe
from dvstudy.cohorts.columns import categorical, text
from dvstudy.cohorts.forms import DANGER, SARA, SOCIAL_SHEET, Form, filled, second_form
from dvstudy.cohorts.judgement import sara
from dvstudy.cohorts.observe import Observation
from dvstudy.cohorts.record import reasons
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.instruments import Instrument
from dvstudy.tables import ASSESSMENTS, MODES, ROLES

#: Reasons in the order of `record.reasons`, then the reason of a follow-up question without its parent.
_REASONS = ("does_not_know", "refused", "not_asked", "not_applicable")


@dataclass(frozen=True)
class Batch:
    """Forms of one instrument by one kind of rater in the cases of `case`; `codes` is one row a form."""

    instrument: str
    role: str
    kind: str
    case: Ints
    rater: Ints
    days: Floats
    mode: Ints
    codes: Ints


def tables(seen: Observation, ids: pd.Index, key: str) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Assessments, and answers by instrument; both in the order of cases."""
    batches = list(_batches(seen))
    case = np.concatenate([b.case for b in batches])
    order = np.lexsort((np.repeat(np.arange(len(batches)), [len(b.case) for b in batches]), case))
    number = columns.ids(key, "assessment", len(case), ASSESSMENTS.key)
    place = np.empty(len(case), dtype=np.int64)
    place[order] = np.arange(len(case))
    listed = pd.concat([_listed(seen, b, ids, key) for b in batches], ignore_index=True).iloc[order]
    starts = np.cumsum([0, *(len(b.case) for b in batches)])
    found: dict[str, list[tuple[Ints, Ints]]] = {}
    for batch, start in zip(batches, starts[:-1], strict=True):
        found.setdefault(batch.instrument, []).append((place[start : start + len(batch.case)], batch.codes))
    assessments = listed.set_index(number).astype({"instrument": "category", "rater_id": "category"})
    return assessments, {name: _answers(name, parts, number) for name, parts in found.items()}


def _answers(name: str, parts: Sequence[tuple[Ints, Ints]], number: pd.Index) -> pd.DataFrame:
    """Answers to one instrument, given by batches with their places among all assessments, in the order of these."""
    places, codes = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.argsort(places)
    return answer_frame(instruments.load(name), codes[order], number[places[order]])


def answer_frame(definition: Instrument, codes: Ints, index: pd.Index) -> pd.DataFrame:
    """Codes (place in the item's categories) as a categorical table."""
    columns = {
        item: pd.Categorical.from_codes(codes[:, k], dtype=definition.dtype(item))
        for k, item in enumerate(definition.item_ids)
    }
    return pd.DataFrame(columns, index=index)


def yes_no_codes(seen_form: Form, why: Ints, rows: Ints | Bools) -> Ints:
    """Codes of a yes/no form: no 0, yes 1, then the place of the reason among the item's categories."""
    definition = instruments.load(seen_form.instrument)
    record = seen_form.record
    columns = []
    for k, item in enumerate(record.items):
        categories: Sequence[str] = list(definition.dtype(item).categories)
        at = np.array([categories.index(r) for r in _REASONS])
        reason = why[rows, k]
        columns.append(np.where(reason >= 0, at[np.maximum(reason, 0)], record.yes[rows, k]))
    return np.column_stack(columns).astype(np.int64)


def _batches(seen: Observation) -> list[Batch]:
    population, scene = seen.population, seen.population.scene
    others = observe.raters(seen)
    separate = seen.whether(lambda arm: arm.care.duplicate)
    paper = logistics.tablets(scene).astype(np.int64)
    joint = np.full(scene.people.n, MODES.index("joint"))
    usual = population.filled & ~seen.unified
    double = second_form(scene, population.usual.form, others["social_worker"])
    sheet = filled(scene, SOCIAL_SHEET, others["social_worker"])
    danger = filled(scene, DANGER, others["advocate"])
    on_paper = np.zeros(scene.people.n, dtype=np.int64)
    yes_no = [
        ("police_officer", population.usual.form, usual, paper),
        ("joint_team", population.unified.form, population.filled & seen.unified, joint),
        ("social_worker", double, seen.double_rated, on_paper),
        ("social_worker", sheet, separate, on_paper),
        ("advocate", danger, seen.danger, on_paper),
    ]
    found = [_batch(seen, role, form, np.flatnonzero(where), mode) for role, form, where, mode in yes_no]
    rows = np.flatnonzero(seen.sara)
    assessor = others["trained_assessor"]
    judged = sara(scene, assessor)[rows]
    who = (rows, assessor.rater[rows], assessor.days[rows], on_paper[rows])
    found.append(Batch(SARA, assessor.kind, assessor.kind, *who, judged))
    return [batch for batch in found if len(batch.case)]


def _batch(seen: Observation, role: str, form: Form, rows: Ints, mode: Ints) -> Batch:
    contact = form.contact
    why = reasons(seen.population.scene, contact, form.instrument, form.record)
    why = _not_applicable(seen, form, why)
    codes = yes_no_codes(form, why, rows)
    return Batch(form.instrument, role, contact.kind, rows, contact.rater[rows], contact.days[rows], mode[rows], codes)


def _not_applicable(seen: Observation, form: Form, why: Ints) -> Ints:
    """A follow-up question is not applicable where its parent was not answered with yes."""
    follow_ups: Mapping[str, str] = seen.population.scene.settings.follow_ups.get(form.instrument, {})
    for item, parent in follow_ups.items():
        column, above = form.record.items.index(item), form.record.items.index(parent)
        why[:, column] = np.where(form.record.yes[:, above], why[:, column], _REASONS.index("not_applicable"))
    return why


def _listed(seen: Observation, batch: Batch, ids: pd.Index, key: str) -> pd.DataFrame:
    crew = seen.population.scene.places.crews[batch.kind]
    names = provenance.synthetic_ids(key, batch.kind, crew.size)
    return pd.DataFrame(
        {
            "case_id": text(ids[batch.case]),
            "instrument": text([batch.instrument] * len(batch.case)),
            "rater_id": text(np.array(names)[batch.rater]),
            "rater_role": pd.Categorical([batch.role] * len(batch.case), list(ROLES)),
            "occasion": pd.array(np.ones(len(batch.case), dtype=np.int32), dtype="Int32"),
            "mode": categorical(batch.mode, MODES),
            "days_after": np.round(batch.days),
        }
    )
