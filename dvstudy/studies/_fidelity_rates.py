"""Margins and rates of a cohort, each beside the same of a reference where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy.analyses import rates as analysis
from dvstudy.disclosure import protect
from dvstudy.instruments import REASONS
from dvstudy.result import Note, Result, not_estimable
from dvstudy.studies._fidelity_tables import Forms, Side, Sides, common

#: Parts of a cohort in which rates are looked at.
_GROUPS: Final = ("relation", "victim", "area", "county_id", "month")
_RELATION: Final = "relation_victim"
_PLACE: Final = "county_id"
#: One table of numbers by group: frame with `held` and `of`, and the column of the groups.
Source = tuple[pd.DataFrame, str]


def case_rates(sides: Sides) -> Iterator[Result]:
    """Shares of cases by relation and victim together, by area, by month."""
    for column in (_RELATION, "area", "month"):
        made = _both(sides, f"margin_{column}", "cases_share", partial(_share_of_cases, column=column), whole=True)
        yield from (_with(r, about=None, picture=None) for r in made)


def item_rates(sides: Sides) -> Iterator[Result]:
    """Share of yes among the answers to each question, by form and role."""
    by_form = groupby(sides.own.forms.values(), key=lambda one: one.instrument)
    for instrument, same_form in by_form:
        roles = list(same_form)
        known = {"beside": instrument, "instrument": instrument, "rows": "asked"}
        own = {"question": "item_rates", "picture": "endorsed" if sides.reference else None}
        made = [
            [
                _with(r, **known, **(own if k == 0 else {"question": "item_rates_difference"}))
                for k, r in enumerate(_both(sides, f"items_{one.name}", one.role, partial(_items, like=one)))
            ]
            for one in roles
        ]
        cut = next((one.notes for one in roles if one.notes), ())
        found = (_with(r, about=f"{instrument}+{r.meta['about']}") for both in made for r in both)
        yield from _in_order(replace(r, notes=(*r.notes, *cut)) for r in found)


def missing_rates(sides: Sides) -> Iterator[Result]:
    """Share of answers that are missing, in all and by reason, by form and role."""
    made = (_both(sides, f"missing_{why}", why, partial(_missing, reason=why)) for why in ("missing", *REASONS))
    occurring = (list(both) for both in made)
    yield from _in_order(
        _with(r, beside=_beside(r, "missing"), rows="form")
        for both in occurring
        for r in both
        if both[0].status != "not_estimable" and float(both[0].table["count"].sum()) > 0
    )


def subgroup_rates(sides: Sides) -> Iterator[Result]:
    """Decisions, orders, outcomes and services in the parts of the cohort."""
    for group in _GROUPS:
        if sides.own.cases[group].isna().all():
            meta = {"question": "rates", "synthetic": sides.synthetic, "instrument": None, "picture": None}
            meta["beside"] = group
            yield not_estimable(f"rate_{group}", meta, Note("group_not_recorded"))
            continue
        known = sides if group != _PLACE else sides.in_one_place()
        made = (
            _both(known, f"rate_{group}_{term}", term, partial(_rate, term=term, group=group))
            for term in sides.own.quantities
        )
        yield from _in_order(_with(r, beside=_beside(r, group)) for both in made for r in both)


def _both(
    sides: Sides, name: str, term: str, source: Callable[[Side], Source | None], *, whole: bool = False
) -> Iterator[Result]:
    """The rates of the cohort, then, where there is a reference, how far it is from them; `whole`: shares of one."""
    own = _with(_one(sides, sides.own, name, term, source), about=term, **({"whole": True} if whole else {}))
    if sides.reference is None:
        yield own
        return
    other = _one(sides, sides.reference, name, term, source)
    own = replace(own, frames={**own.frames, "reference": other.table})
    gap = analysis.differences(own, other, name=f"{name}_difference", synthetic=sides.synthetic)
    if gap.status == "not_estimable":
        alone = (Note("no_group_in_common"),) if own.status != "not_estimable" else ()
        yield replace(own, notes=(*own.notes, *alone))
        return
    yield own
    yield _with(gap, about=term, hidden_elsewhere=_hidden(own))


def _hidden(rates: Result) -> list[str]:
    """Groups whose rate may not be shown: with their difference, who holds the reference would know the rate."""
    shown = protect(rates).table
    return list(shown.loc[shown["suppressed"], "group"].astype("str").unique())


def _with(result: Result, **known: object) -> Result:
    return replace(result, meta={**result.meta, **known})


def _beside(result: Result, family: str) -> str:
    """The table that a result belongs to: rates and differences have one each."""
    return f"{family}_difference" if result.meta["question"] == "rates_difference" else family


def _in_order(made: Iterable[Result]) -> Iterator[Result]:
    """Rates first, then differences, so that each share a table."""
    listed = list(made)
    for wanted in (False, True):
        yield from (r for r in listed if r.meta["question"].endswith("_difference") is wanted)


def _one(sides: Sides, side: Side, name: str, term: str, source: Callable[[Side], Source | None]) -> Result:
    found = source(side)
    frame, group = (pd.DataFrame(), "group") if found is None else found
    options: dict[str, Any] = common(sides.synthetic, frame)
    return analysis.rates(frame, name=name, term=term, group=group, **options)


def _share_of_cases(side: Side, column: str) -> Source | None:
    """Every case once for each group: held where it belongs to it."""
    cases = side.cases
    own = _relation_victim(cases) if column == _RELATION else cases[column].astype("object")
    known = cases.assign(own=own)[pd.notna(own)]
    if known.empty:
        return None
    groups = sorted(known["own"].unique()) if column == "month" else list(known["own"].value_counts().index)
    kept = [c for c in ("station_id",) if c in known]
    tables = [known[kept].assign(group=g, held=(known["own"] == g).astype(float), of=1.0) for g in groups]
    joined = pd.concat(tables, ignore_index=True)
    return joined.assign(group=joined["group"].astype(pd.CategoricalDtype(groups))), "group"


def _relation_victim(cases: pd.DataFrame) -> pd.Series:
    both = cases["relation"].astype("object").str.cat(cases["victim"].astype("object"), sep="+")
    return both.astype("object")


def _items(side: Side, like: Forms) -> Source | None:
    found = side.forms.get(like.name)
    if found is None:
        return None
    items = list(like.answers.columns)
    tables = []
    for item in items:
        column = found.answers[item] if item in found.answers else pd.Series(pd.NA, index=found.answers.index)
        known = column.notna()
        held = column.astype("boolean").fillna(False).astype(float)
        tables.append(_clusters(found).assign(group=item, held=held.to_numpy(), of=known.astype(float).to_numpy()))
    joined = pd.concat(tables, ignore_index=True)
    return joined.assign(group=joined["group"].astype(pd.CategoricalDtype(items))), "group"


def _clusters(found: Forms) -> pd.DataFrame:
    return found.rows[[c for c in ("station_id", "rater_id") if c in found.rows]].reset_index(drop=True)


def _missing(side: Side, reason: str) -> Source | None:
    tables, groups = [], []
    for one in side.forms.values():
        cells = side.cohort.answers[one.instrument].loc[one.rows.index, list(one.answers.columns)]
        marks = cells.isin(list(REASONS)) | cells.isna() if reason == "missing" else cells == reason
        groups.append(f"{one.instrument}+{one.role}")
        held = marks.to_numpy(bool).sum(axis=1).astype(float)
        tables.append(_clusters(one).assign(group=groups[-1], held=held, of=float(cells.shape[1])))
    if not tables:
        return None
    joined = pd.concat(tables, ignore_index=True)
    return joined.assign(group=joined["group"].astype(pd.CategoricalDtype(groups))), "group"


def _rate(side: Side, term: str, group: str) -> Source | None:
    held, cases = side.quantities.get(term), side.cases
    if held is None or cases[group].isna().all():
        return None
    of = held.notna().astype(float)
    marks = held.fillna(False).astype(np.float64)
    return cases[list(dict.fromkeys(("station_id", group)))].assign(held=marks, of=of), group
