"""Effect of a change that whole stations were allocated to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy.analyses import _frames
from dvstudy.analyses._stations import Stations, missing_notes, stations
from dvstudy.numbers import trial as numbers
from dvstudy.numbers.proportions import plain_limits
from dvstudy.result import ALL, Kind, Note, Quantity, Result, not_estimable, table

_ASKED: Final = _frames.Asked(
    question="trial",
    estimand="station_average",
    method="cluster_means_t",
    citation="Hayes and Moulton (2017), Cluster Randomised Trials; Mancl and DeRouen (2001), Biometrics 57, 126",
    picture="trial",
)
_CLUSTER_MEANS, _CASES = "cluster_means_t", "gee_mancl_derouen_t"
#: With fewer stations in an arm one odd station decides the result.
_FEW_PER_ARM: Final = 4
#: With fewer allocations no difference, however large, can reach p < .05.
_FEW_ALLOCATIONS: Final = 20


@dataclass(frozen=True)
class _Arms:
    control: str
    intervention: str

    @property
    def terms(self) -> tuple[str, ...]:
        return f"mean_{self.control}", f"mean_{self.intervention}", "difference"


def cluster_trial(  # noqa: PLR0913 - the columns of a trial are many, its options few
    frame: pd.DataFrame,
    *,
    name: str,
    outcome: str,
    kind: Kind,
    arm: str,
    cluster: str,
    strata: str | None = None,
    control: str = "usual",
    intervention: str = "unified",
    seed: int,
    synthetic: bool,
) -> Result:
    """What does the outcome differ by between stations allocated to one way of working and to the other?

    Every case counts in the arm of its station, whatever was really done (intention to treat).

    Parameters
    ----------
    frame
        One row a case.
    name
        Name of the result.
    outcome
        True/false column for kind ``percent``, numbers for any other kind. Empty: not recorded, or the outcome does
        not apply to the case.
    kind
        How the outcome is written: ``percent``, ``hours``, ``number`` ...
    arm, cluster, strata
        Columns of the allocated arm, the station, and the stratum of stations within which arms were allocated (None,
        or an empty column: no strata).
    control, intervention
        The two codes of `arm`; they also name the terms ``mean_<code>``.
    seed
        Of the random allocations, when there are too many to try all.
    synthetic
        Whether the rows are synthetic.

    Returns
    -------
    Result
        Terms ``mean_<control>``, ``mean_<intervention>``, `difference` (intervention minus control; `points` for
        shares); columns `clusters`, `kind`, `p_value`, `df`, `std_error`. Table: each station counts the same, least
        squares on station means with strata, t; each arm's mean with that arm's own spread.
        ``frames["alternatives"]``: each case counts the same, independence GEE with Mancl-DeRouen variance and t; and
        `ratio` of the means by both. ``frames["randomisation"]``: p of the test over allocations within strata.
        ``frames["clusters"]``: by arm (and all) stations, cases with the outcome, cases without, smallest and largest
        station, mean, and the intraclass correlation `icc` with `icc_raw` before it was cut at 0.
        `not_estimable` when an arm is empty or no degree of freedom is left.

    Raises
    ------
    CheckFailed
        When a column is absent or the outcome is of the wrong type.
    UsageError
        When a station is in two arms or two strata, or a third arm is found.

    Notes
    -----
    The two estimands differ when the effect differs between large and small stations. Means are at the strata of all
    stations (cases), so that they differ by `difference`. False-positive rates at 5 % in simulation with 8 to 20
    stations: .04 to .06 for station means, .03 to .05 for Mancl-DeRouen with t; a normal quantile gives .08 to .21.
    Formulas: `dvstudy.numbers.trial`. Not for stations that change arm over time (stepped wedge), nor for pairs.
    """
    roles: dict[str, _frames.Source | None] = {"outcome": outcome, "arm": arm, "cluster": cluster, "stratum": strata}
    picked = _frames.pick(frame, name, roles)
    typed = _frames.flags if kind == "percent" else _frames.numbers
    checked = typed(picked, name, "outcome")
    arms = _Arms(control, intervention)
    options = {**roles, "control": control, "intervention": intervention, "seed": seed}
    meta = _ASKED.meta(checked, synthetic=synthetic, options=options)
    unstratified = strata is not None and checked["stratum"].isna().all()
    placed = checked.drop(columns="stratum") if unstratified else checked
    found = stations(placed, name, control=control, intervention=intervention)
    notes = [*missing_notes(placed, found, control, intervention), *([Note("no_strata")] if unstratified else [])]
    problem = _problem(placed, found)
    if problem is not None:
        return not_estimable(name, meta, *notes, problem)
    drawn = numbers.randomisation_test(found.means, found.treated, found.stratum, np.random.default_rng(seed))
    summary = found.summary(control, intervention)
    if summary["icc_raw"].min() < 0:
        notes.append(Note("icc_below_zero"))
    by_case = numbers.by_cases(found.n, found.total, found.design)
    by_station = numbers.by_cluster_means(found.n, found.total, found.design)
    cautions = list(_cautions(found, drawn, by_station, kind))
    ratios = [_ratio(found, effect, method) for effect, method in ((by_station, _CLUSTER_MEANS), (by_case, _CASES))]
    return Result(
        name=name,
        table=table(_rows(found, by_station, _CLUSTER_MEANS, arms, kind)),
        frames={
            "alternatives": table([*_rows(found, by_case, _CASES, arms, kind), *ratios]),
            "randomisation": _randomisation(drawn, by_station),
            "clusters": summary,
        },
        meta=meta,
        notes=[*notes, *cautions],
        status="caution" if cautions else "ok",
    )


def _rows(found: Stations, effect: numbers.Effect, method: str, arms: _Arms, kind: Kind) -> list[dict[str, Any]]:
    low, high = effect.limits()
    if kind == "percent":
        low, high = np.maximum(low, [0, 0, -1]), np.minimum(high, 1)
    by_arm = [found.treated == 0, found.treated == 1, np.ones(len(found.n), bool)]
    p_value = _p_value(effect.estimate[2], effect.std_error[2], effect.df[2])
    return [
        {
            "term": term,
            "group": ALL,
            "estimate": effect.estimate[place],
            "conf_low": low[place],
            "conf_high": high[place],
            "n": found.n[by_arm[place]].sum(),
            "method": method,
            "clusters": int(by_arm[place].sum()),
            "kind": "points" if term == "difference" and kind == "percent" else kind,
            "p_value": p_value if term == "difference" else np.nan,
            "df": effect.df[place],
            "std_error": effect.std_error[place],
        }
        for place, term in enumerate(arms.terms)
    ]


def _ratio(found: Stations, effect: numbers.Effect, method: str) -> dict[str, Any]:
    """Intervention mean over control mean, limits on the log scale, t on the fewer of the arms' degrees of freedom."""
    log, error = (float(v) for v in effect.log_ratio())
    df = float(effect.df[:2].min())
    with np.errstate(over="ignore"):  # a handful of events: the data leave the ratio without an upper limit
        low, high = np.exp(plain_limits(log, numbers.seen(error), df=df))
    return {
        "term": "ratio",
        "group": ALL,
        "estimate": np.exp(log),
        "conf_low": low,
        "conf_high": high,
        "n": found.n.sum(),
        "method": method,
        "clusters": len(found.n),
        "kind": "ratio",
        "p_value": _p_value(log, error, df),
        "df": df,
        "std_error": error,
    }


def _p_value(value: float, error: float, df: float) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(df, -abs(value / numbers.seen(error))))


def _randomisation(drawn: numbers.Randomisation, effect: numbers.Effect) -> pd.DataFrame:
    row = {"term": "difference", "group": ALL, "estimate": effect.estimate[2], "p_value": drawn.p_value,
           "allocations": float(drawn.allocations), "tried": drawn.tried, "exact": drawn.exact}  # fmt: skip
    return pd.DataFrame([row])


def _problem(columns: pd.DataFrame, found: Stations) -> Note | None:
    """Why the stations cannot answer, if so."""
    for role in ("arm", "cluster"):
        if len(columns) and columns[role].isna().all():
            return Note(f"no_{role}_recorded")
    if not len(found.n):
        return Note("no_outcome")
    if len(np.unique(found.treated)) < 2:
        return Note("one_arm")
    if not numbers.estimable(found.design):
        return Note("too_few_stations", {"clusters": Quantity(len(found.n), "count")})
    return None


def _cautions(found: Stations, drawn: numbers.Randomisation, by_station: numbers.Effect, kind: Kind) -> Iterator[Note]:
    smaller = min(int((found.treated == arm).sum()) for arm in (0, 1))
    if smaller < _FEW_PER_ARM:
        yield Note("few_stations_an_arm", {"clusters": Quantity(smaller, "count")})
    if drawn.allocations < _FEW_ALLOCATIONS:
        yield Note("few_allocations", {"allocations": Quantity(drawn.allocations, "count")})
    if kind == "percent":
        events = [float(found.total[found.treated == arm].sum()) for arm in (0, 1)]
        if min(events) < _frames.FEW_EVENTS:
            yield Note("few_events_an_arm", {"least": Quantity(_frames.FEW_EVENTS, "count")})
    if np.ptp(found.means) == 0:
        yield Note("no_spread_between_stations")
    elif np.isnan(by_station.limits()[0][:2]).any():
        yield Note("no_spread_in_an_arm")
    if any(found.alone()):
        yield Note("stratum_of_one")
