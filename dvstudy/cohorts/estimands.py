"""True values of what the studies estimate, from the reference population. Names are those of the studies' results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import pandas as pd

from dvstudy import instruments
from dvstudy.cohorts.forms import POLICE_FORM, Form
from dvstudy.cohorts.streams import Bools, Floats, Ints
from dvstudy.cohorts.tally import Groups, Row, auc, estimate, rows
from dvstudy.numbers import surface, two_by_two
from dvstudy.result import ALL
from dvstudy.tables import VICTIMS

#: Result name -> suffix of the same figure had there been neither order nor service.
NO_ORDER: Final = "_no_order"
_LEAST_K, _LEAST_M = 1, 1
#: What the surface of rules says of the legal one.
_OF_RULES: Final = ("flagged", "sensitivity", "specificity", "ppv", "npv", "youden")


def cells(flagged: Bools, event: Floats) -> list[Floats]:
    """Expected 2x2 counts of each case, in the order of `two_by_two.CELLS`."""
    yes = flagged.astype(np.float64)
    return [yes * event, yes * (1 - event), (1 - yes) * event, (1 - yes) * (1 - event)]


def accuracy(name: str, groups: Groups, flagged: Bools, event: Floats, group: str = ALL) -> list[Row]:
    """Accuracy of a yes/no form, the event given by its probability in each case."""
    pieces = groups.sums(cells(flagged, event))
    return rows(name, two_by_two.TERMS, estimate(pieces, two_by_two.measures), group)


def police(groups: Groups, form: Form, people: Mapping[str, Bools], events: Mapping[str, Floats]) -> Iterator[Row]:
    """Accuracy of the police form. All arrays hold the cases with a form; `events` has severe, no_order, high_risk."""
    flagged = form.positive
    yield from accuracy("order146_severe", groups, flagged, events["severe"])
    yield from accuracy("order146_severe" + NO_ORDER, groups, flagged, events["no_order"])
    yield from accuracy("order146_high_risk", groups, flagged, events["high_risk"])
    for name, event, split in (
        ("order146_high_risk_by_couple", "high_risk", ("couple", "other_relation")),
        ("order146_severe_by_victim", "severe", VICTIMS),
    ):
        yield from accuracy(name, groups, flagged, events[event])
        for group in split:
            inside = np.flatnonzero(people[group])
            yield from accuracy(name, groups.only(inside), flagged[inside], events[event][inside], group)
    yield from score("auc_order146_severe", groups, form.scores["total"], events["severe"])
    yield from score("auc_order146_severe" + NO_ORDER, groups, form.scores["total"], events["no_order"])
    legal = accuracy("surface_severe", groups, flagged, events["severe"])
    yield from (row for row in legal if row["term"] in _OF_RULES)


def danger(groups: Groups, form: Form, events: Mapping[str, Floats]) -> Iterator[Row]:
    """Accuracy of each level and above, and of the score, of the Danger Assessment."""
    codes = instruments.load(form.instrument).level_codes
    for suffix, event in (("", "severe"), (NO_ORDER, "no_order")):
        for rank, level in enumerate(codes[1:], start=1):
            yield from accuracy(f"danger_levels_severe{suffix}", groups, form.level >= rank, events[event], level)
        yield from score(f"auc_danger_severe{suffix}", groups, form.scores["total"], events[event])


def score(name: str, groups: Groups, value: Ints, event: Floats) -> list[Row]:
    """AUC of a score against an event given by its probability."""
    low, wide = value.min(), int(value.max() - value.min()) + 1
    split = [groups.table(value - low, wide, weight) for weight in (1 - event, event)]
    return rows(name, ["auc"], estimate(np.stack(split, axis=1), auc))


def rules(form: Form, event: Floats) -> pd.DataFrame:
    """True accuracy of every rule "at least k in questions 1-7 or at least m in questions 8-21"."""
    definition = instruments.load(POLICE_FORM)
    most = [len(definition.score[name].item_ids) for name in ("section_a", "section_b")]
    shape = (most[0] + 1, most[1] + 1)
    cell = form.scores["section_a"] * shape[1] + form.scores["section_b"]
    tables = [np.bincount(cell, weight, shape[0] * shape[1]).reshape(shape) for weight in (1 - event, event)]
    found = two_by_two.measures(surface.rule_cells(np.stack(tables).astype(np.float64)))
    k, m = np.indices(found.shape[:2])
    columns = {term: found[..., i].ravel() for i, term in enumerate(two_by_two.TERMS) if term not in two_by_two.RATIOS}
    return pd.DataFrame({"k": k.ravel() + _LEAST_K, "m": m.ravel() + _LEAST_M, **columns})
