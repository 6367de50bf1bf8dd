"""How right a rule and a score are about what would happen without an order, when orders follow the form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames, _hidden
from dvstudy.analyses._frames import Asked, Source
from dvstudy.errors import Problem
from dvstudy.numbers import weighting
from dvstudy.result import ALL, Kind, Note, Quantity, Result, not_estimable

Floats = NDArray[np.float64]

#: Odds by which what cannot be seen multiplies the risk of the treated, and the group of each.
TILTS: Final = {"tilt_half": 0.5, "tilt_double": 2.0}
LEAST, MOST = "bound_least", "bound_most"
#: The method whose figures stand for the estimand.
MAIN: Final = "doubly_robust"
#: A chance of treatment above this leaves next to nobody to learn from; more than the share of rows is a caution.
_CERTAIN, _SHARE = 0.95, 0.01
_KINDS: Final[dict[str, Kind]] = {"auc": "number"}
_ASKED: Final = Asked(
    "protected",
    "no_order",
    "cluster_jackknife",
    "Robins, Rotnitzky and Zhao 1994, J Am Stat Assoc 89, 846. Cole and Hernán 2008, Am J Epidemiol 168, 656. "
    "VanderWeele and Ding 2017, Ann Intern Med 167, 268. Pajouheshnia et al. 2017, BMC Med Res Methodol 17, 103.",
    "ways",
)


@dataclass(frozen=True)
class Orders:
    """Who was protected, and what that may have depended on.

    Attributes
    ----------
    treated
        True/false column (or `Event`): an order from the very day of the form. An order that came later must not make
        the case treated from the start: it would be credited with the days that had to pass without an event.
    covariates
        Columns known on that day: true/false, numbers (taken with their square), categories of at most 20 levels.
    truncate
        Quantile at which weights are cut.
    """

    treated: Source
    covariates: Sequence[str]
    truncate: float = 0.99


def protected(
    frame: pd.DataFrame,
    *,
    name: str,
    test: Source,
    score: str,
    reference: Source,
    orders: Orders,
    synthetic: bool,
    cluster: str | None = None,
) -> Result:
    """How right are the rule and the score about what would happen if nobody were given an order?

    Parameters
    ----------
    test, score, reference
        True/false column of the rule (always a covariate of the models), numbers, true/false column of the event; an
        empty reference is an outcome that was not learned, which is corrected for with the same covariates.
    orders
        The treatment and its covariates.
    frame, name, synthetic, cluster
        As in `accuracy`. Without clusters rows are dealt into 50 groups for the jackknife.

    Returns
    -------
    Result
        Terms `sensitivity`, `specificity`, `ppv`, `npv`, `prevalence`, `auc` in the groups `as_observed`,
        `untreated_only`, `weighted`, `g_computation`, `doubly_robust`, `tilt_half`, `tilt_double`, `bound_least`,
        `bound_most`.
        Frames: `overlap` (flagged and other forms: `n`, `treated`, `share`, `untreated_events`, least and most chance
        of an order); `order` (of those who had one: `risk_with` an order, `risk_without` by the model, `risk_ratio`
        with limits, `e_value`, `e_value_limit`; `rows_left` and `untreated` behind the weights, `most_weight`);
        `propensity` (histogram of the chance by treatment). Adjusted figures are NaN, with the caution `orders_forced`,
        when no flagged form went without an order; the bounds remain.

    Raises
    ------
    CheckFailed
        Every unknown column, column of the wrong kind, id among the covariates and senseless quantile, at once.

    Notes
    -----
    Adjusted figures hold if, given the covariates, an order does not go with what would have happened without it
    (no unmeasured confounding), if every kind of form sometimes goes without (positivity), if outcomes are missing at
    random given the covariates, and if an order to one case does not act on another. `bound_least` and `bound_most`
    suppose only that an order never brings the event about. Logistic models with a weak penalty
    (`numbers.weighting.RIDGE`); limits by the jackknife, all models fitted anew without each cluster. Weights may carry
    a figure beyond 0 or 1, where it is cut. Checked against R, and on known truth: see ``docs/thresholds.md``. Not for
    the effect of an order, nor where orders are drawn up after the event.
    """
    bad = [] if 0.5 <= orders.truncate <= 1 else [Problem("truncate_range", "truncate", str(orders.truncate))]
    roles = {"test": test, "score": score, "reference": reference, "treated": orders.treated, "cluster": cluster}
    picked = _hidden.checked(
        frame, name, roles, flags=("test", "reference", "treated"), numbers=("score",),
        covariates=orders.covariates, problems=bad,
    )  # fmt: skip
    chosen = _frames.options(roles, covariates=list(orders.covariates), truncate=orders.truncate)
    meta = {**_ASKED.meta(picked, synthetic=synthetic, options=chosen), "readings": True}
    known = _frames.complete(picked[[role for role in roles if role in picked and role != "reference"]])
    covariates = _hidden.design(picked.loc[known.frame.index].drop(columns=[*known.frame, "reference"]))
    whole = np.asarray(np.isfinite(covariates).all(axis=1), bool)
    rows: pd.DataFrame = picked.loc[known.frame.index].loc[whole]
    notes = [*known.notes, *_without_covariate(whole)]
    unanswerable = _accuracy.cannot_answer(rows[rows["reference"].notna()]) or _one_kind(rows)
    if unanswerable:
        return not_estimable(name, meta, *notes, *unanswerable)
    named, data = _data(rows, covariates[whole])
    models = weighting.fit(data)
    found = weighting.estimate(data, models, truncate=orders.truncate, tilts=list(TILTS.values()))
    free = ~data.treated & data.known
    forced = not (data.test & free).any() or not (~data.test & free).any()
    notes += [Note("orders_forced")] if forced else list(_cautions(data, weighting.chance(models), models.separated))
    notes += _frames.cluster_notes(data.clusters if named else _clusters(rows))
    table = result.table(list(_rows(found, data, forced=forced, named=named)))
    notes += _hidden.gap_notes(table)
    frames = {
        "overlap": _overlap(data, weighting.chance(models)),
        "order": _order(data, found, weighting.seen(models), orders.truncate),
        "propensity": _histogram(weighting.chance(models), data.treated),
    }
    return Result(name, table, meta, frames, notes, _frames.status(notes))


def main_of(ways: Result, name: str, *terms: str) -> Result:
    """The figures of the main method alone, as group ``all``: the result `name`, with `terms` or all of them."""
    if ways.status == "not_estimable" or ways.table.loc[ways.table["group"] == MAIN, "estimate"].isna().all():
        return not_estimable(name, ways.meta, *(ways.notes or [Note("no_rows")]))
    table = ways.table[(ways.table["group"] == MAIN) & (ways.table["term"].isin(terms or weighting.TERMS))]
    meta = {k: v for k, v in ways.meta.items() if k != "truths"} | {"question": "protected_main", "picture": None}
    return replace(ways, name=name, table=table.assign(group=ALL).reset_index(drop=True), meta=meta, frames={})


def _data(rows: pd.DataFrame, covariates: Floats) -> tuple[bool, weighting.Rows]:
    """The rows as arrays, the verdict first among the covariates; and whether the clusters are real ones."""
    code, units, named = _hidden.units(rows)
    test, treated = (rows[role].to_numpy(bool) for role in ("test", "treated"))
    known = rows["reference"].notna().to_numpy()
    event = rows["reference"].fillna(value=False).to_numpy(bool)
    places = np.unique(rows["score"].to_numpy(float), return_inverse=True)[1].astype(np.intp)
    x = np.column_stack([test.astype(float), covariates])
    return named, weighting.Rows(x, treated, event, known, test, places, code, units)


def _rows(found: weighting.Found, data: weighting.Rows, *, forced: bool, named: bool) -> Iterator[dict[str, Any]]:
    """One row a way and term; the least and the most of the corners last."""
    ways = [*weighting.METHODS, *TILTS]
    for t, term in enumerate(weighting.TERMS):
        corners = found.estimate[len(ways) :, t]
        ends = {LEAST: int(np.nan_to_num(corners, nan=np.inf).argmin()),
                MOST: int(np.nan_to_num(corners, nan=-np.inf).argmax())}  # fmt: skip
        places = {way: w for w, way in enumerate(ways)} | {way: len(ways) + end for way, end in ends.items()}
        for way, place in places.items():
            unknown = forced and way not in ("as_observed", LEAST, MOST)
            value = np.nan if unknown else float(np.clip(found.estimate[place, t], 0, 1))
            kind = _KINDS.get(term, "percent")
            row = _hidden.row(
                (term, way), value, found.replicates[:, place, t], len(data.event), kind=kind, named=named
            )
            base = {"as_observed": data.known, "untreated_only": data.known & ~data.treated}.get(way)
            yield row if base is None else _hidden.counted(row, data.test[base], data.event[base])


def _cautions(data: weighting.Rows, chance: Floats, separated: bool) -> Iterator[Note]:
    free = ~data.treated & data.known
    if not data.known.all():
        yield Note("rests_on_followed")
    yield Note("rests_on_covariates")
    fewest = min(int((free & kind).sum()) for kind in (data.test, ~data.test))
    certain = float((chance > _CERTAIN).mean())
    if fewest < _frames.FEW_EVENTS or certain > _SHARE:
        n = Quantity(fewest, "count", fewest)
        yield Note("positivity", {"fewest": n, "certain": Quantity(certain, "percent", len(chance))})
    if separated:
        yield Note("order_separated")
    events = min(int((free & kind & data.event).sum()) for kind in (data.test, ~data.test))
    yield from _accuracy.event_cautions(float(events))


def _order(data: weighting.Rows, found: weighting.Found, seen: Floats, truncate: float) -> pd.DataFrame:
    """What an order did to the risk of those who had one, how strong what is unseen would have to be to feign it, and
    how much the weights leave."""
    free = ~data.treated & data.known
    weight = weighting.weights(seen, free, np.ones(len(free), bool), truncate)
    label, ratio = ("risk_ratio", ALL), float(found.ratio[0])
    made = _hidden.row(label, ratio, found.ratio[1:], float((data.treated & data.known).sum()), kind="ratio")
    low, high = made["conf_low"], made["conf_high"]
    nearest = high if ratio < 1 else low
    crosses = not np.isfinite(nearest) or low <= 1 <= high
    with np.errstate(divide="ignore", invalid="ignore"):
        value, limit = weighting.e_value(ratio), 1.0 if crosses else float(weighting.e_value(nearest))
    seen_with = data.event[data.treated & data.known]
    risk = float(seen_with.mean()) if len(seen_with) else np.nan
    shown = {
        "risk_with": risk, "risk_without": risk / ratio if ratio else np.nan,
        "risk_ratio": made["estimate"], "conf_low": low, "conf_high": high, "e_value": float(value),
        "e_value_limit": limit, "untreated": float(free.sum()), "rows_left": weighting.rows_left(weight),
        "most_weight": float(weight.max(initial=0.0)),
    }  # fmt: skip
    return pd.DataFrame([shown])


def _overlap(data: weighting.Rows, chance: Floats) -> pd.DataFrame:
    """How many were treated, and the range of their chances, by verdict."""
    made = []
    for stratum, inside in (("flagged", data.test), ("not_flagged", ~data.test)):
        treated = data.treated[inside]
        made.append(
            {
                "stratum": stratum, "n": int(inside.sum()), "treated": int(treated.sum()),
                "share": float(treated.mean()) if inside.any() else np.nan,
                "untreated_events": int((data.event & ~data.treated & inside).sum()),
                "least_chance": float(chance[inside].min(initial=np.inf)),
                "most_chance": float(chance[inside].max(initial=-np.inf)),
            }
        )  # fmt: skip
    return pd.DataFrame(made)


def _histogram(chance: Floats, treated: NDArray[np.bool_]) -> pd.DataFrame:
    edges = np.linspace(0, 1, 21)
    counts = [np.histogram(chance[kind], edges)[0] for kind in (treated, ~treated)]
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "treated": counts[0], "untreated": counts[1]})


def _without_covariate(whole: NDArray[np.bool_]) -> list[Note]:
    lost = int((~whole).sum())
    values = {"n": Quantity(lost, "count", lost), "total": Quantity(len(whole), "count", len(whole))}
    return [Note("dropped_covariate", values)] if lost else []


def _one_kind(rows: pd.DataFrame) -> list[Note]:
    treated = rows["treated"].astype(bool)
    return [Note("all_treated")] if treated.all() else [] if treated.any() else [Note("none_treated")]


def _clusters(rows: pd.DataFrame) -> int | None:
    return None if "cluster" not in rows else rows["cluster"].nunique()
