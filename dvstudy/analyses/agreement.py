"""Agreement of two raters on the same cases: one decision, or every item of a form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from dvstudy.analyses import _frames, _pairs
from dvstudy.analyses._pairs import Pairs
from dvstudy.errors import UsageError
from dvstudy.numbers import agreement as numbers
from dvstudy.numbers import agreement_limits as limits
from dvstudy.result import ALL, Kind, Note, Result, not_estimable, table

_CITATION: Final = (
    "Cohen (1960), Educ Psychol Meas 20, 37; Byrt, Bishop and Carlin (1993), J Clin Epidemiol 46, 423; "
    "Gwet (2008), Br J Math Stat Psychol 61, 29; MacKinnon, Nielsen and Webb (2023), J Appl Econom 38, 671"
)
_ONE: Final = _frames.Asked("agreement", "agreement", "cluster_jackknife", _CITATION, "estimates")
_ITEMS: Final = _frames.Asked("agreement_items", "agreement", "cluster_jackknife", _CITATION, "agreement_items")
_SHARES: Final = ("percent_agreement", "positive_agreement", "negative_agreement")
_METHODS: Final = {True: "cluster_jackknife", False: "large_sample"}
#: Methods where the pairs show no spread (`agreement_limits.Measured.still`).
_STILL: Final = {True: "wilson_design_effect", False: "wilson"}
_COEFFICIENTS: Final = ("kappa", "ac1", "pabak")
#: Two equally good raters, for the curve of kappa against prevalence: an illustration, not an estimate.
CURVE_SENSITIVITY: Final = 0.75
CURVE_SPECIFICITY: Final = 0.95


def agreement(
    frame: pd.DataFrame,
    *,
    name: str,
    first: str,
    second: str,
    positive: str | None = None,
    cluster: str | None = None,
    synthetic: bool,
    instrument: str | None = None,
) -> Result:
    """How far do two raters reach the same yes/no decision on the same cases?

    Parameters
    ----------
    frame
        One row a case that both have rated.
    name
        Name of the result.
    first, second
        Columns of the two raters: true/false, or codes of which `positive` is the one that counts as yes. Empty
        cells and reasons for missing (blank, refused ...) are missing; they are never a no.
    positive
        The code that counts as yes; None for true/false columns.
    cluster
        Column of the rater or station; None when the data have none.
    synthetic
        Whether the rows are synthetic.
    instrument
        Instrument that both used, for labels.

    Returns
    -------
    Result
        Terms `percent_agreement`, `kappa`, `ac1`, `pabak`, `positive_agreement`, `negative_agreement`,
        `prevalence_index` and `bias_index` (first rater's share of yes minus the second's); columns `count`, `n`,
        `clusters`, `kind`, `df`, `std_error`. ``frames["alternatives"]`` large-sample limits that treat pairs as
        independent; ``frames["counts"]`` the table of four cells (`both` said yes ... `neither`);
        ``frames["missing"]`` pairs left out, by rater. Without a complete pair: `not_estimable`.

    Raises
    ------
    CheckFailed
        When a column is absent, `positive` is not one of its values, or it is not true/false and `positive` is None.

    Notes
    -----
    Limits by leave-one-cluster-out jackknife with t on clusters - 1: shares on the logit scale, coefficients on
    Fisher's z scale. Coverage .93 to .96 in simulation with 12 to 40 clusters and 10 or more pairs with a yes; for
    kappa about .83 with fewer, and a note says so. Formulas and their checks: `dvstudy.numbers.agreement`. Not for
    more than two raters, nor for ordered levels, where a near miss is not a full miss.
    """
    rated = {"first": first, "second": second}
    picked = _frames.pick(frame, name, {**{r: _source(c, positive) for r, c in rated.items()}, "cluster": cluster})
    checked = _frames.flags(picked, name, "first", "second")
    codes = _pairs.coded(checked[["first", "second"]], frame[[first, second]])
    pairs = _pairs.paired((ALL,), codes[:, :1], codes[:, 1:], checked.get("cluster"))
    options = {**rated, "positive": positive, "cluster": cluster}
    meta = _ONE.meta(checked, synthetic=synthetic, instrument=instrument, options=options)
    return _result(name, pairs, meta, {})


def agreement_items(
    first_answers: pd.DataFrame,
    second_answers: pd.DataFrame,
    *,
    name: str,
    items: Sequence[str],
    positive: str = "yes",
    cluster: pd.Series | None = None,
    synthetic: bool,
    instrument: str | None = None,
) -> Result:
    """On which items of a form do two raters of the same cases agree, and on which not?

    Parameters
    ----------
    first_answers, second_answers
        One row a case, one column an item, the same index; answers and reasons for missing as codes.
    name
        Name of the result.
    items
        Columns to compare.
    positive
        The answer that counts as yes; every other answer is a no, a reason for missing is neither.
    cluster
        Rater or station of each case, on the same index; None when the data have none.
    synthetic
        Whether the rows are synthetic.
    instrument
        Instrument whose labels name the items.

    Returns
    -------
    Result
        The terms of `agreement` for each item (`group`), from pairs where both answered. Further frames:
        ``missing`` pairs left out by item (`first_only` missing for the first rater only, `second_only`, `both`,
        `answered`); ``as_legal`` the same table with a missing answer counted as not-yes, as the legal count does;
        ``paradox`` `prevalence` (mean share of yes), `kappa`, `ac1`, `largest_kappa` by item; ``paradox_curve``
        what two raters with sensitivity .75 and specificity .95 would show at each prevalence
        (`numbers.agreement.expected_table`). Without a complete pair: `not_estimable`.

    Raises
    ------
    CheckFailed
        When an item is absent or cannot hold `positive`.
    UsageError
        When the tables (or the clusters) are not on the same index.

    Notes
    -----
    Item kappas are not averaged, here or anywhere: each depends on how common its yes is. Twenty-one intervals are
    shown at 95 % each, so about one misses its true value.
    """
    indices = [second_answers.index, *([] if cluster is None else [cluster.index])]
    if not all(first_answers.index.equals(other) for other in indices):
        raise UsageError("agreement_not_aligned", name=name)
    columns = list(items)
    sources: dict[str, _frames.Source | None] = {item: _source(item, positive) for item in columns}
    given = (first_answers, second_answers)
    yes = [_frames.pick(answers, name, sources) for answers in given]
    codes = [_pairs.coded(said, answers[columns]) for said, answers in zip(yes, given, strict=True)]
    pairs = _pairs.paired(tuple(columns), codes[0], codes[1], cluster)
    options = {"positive": positive, "cluster": None if cluster is None else str(cluster.name)}
    meta = _ITEMS.meta(pd.concat(yes, axis=1), synthetic=synthetic, instrument=instrument, options=options)
    return _result(name, pairs, meta, {"as_legal": _as_legal(pairs), **_paradox(pairs)})


def _source(column: str, positive: str | None) -> _frames.Source:
    return column if positive is None else _frames.Event(column, positive)


def _result(name: str, pairs: Pairs, meta: dict[str, object], further: dict[str, pd.DataFrame]) -> Result:
    missing = _pairs.missing(pairs)
    if not missing["answered"].any():
        return not_estimable(name, meta, Note("no_pairs"))
    clusters = pairs.filled()
    cautions = [*_frames.cluster_notes(clusters), *_pairs.cautions(pairs)]
    frames = {"counts": _pairs.counts(pairs), "missing": missing, **further}
    by_cluster = clusters is not None and clusters > 1
    if by_cluster:
        frames["alternatives"] = _table(pairs, by_cluster=False)
    return Result(
        name=name,
        table=_table(pairs, by_cluster=by_cluster),
        frames=frames,
        meta=meta if by_cluster else {**meta, "method": _METHODS[False]},
        notes=[*pairs.notes, *_pairs.left_out(missing), *cautions, Note("kappa_not_alone")],
        status="caution" if cautions else "ok",
    )


def _table(pairs: Pairs, *, by_cluster: bool) -> pd.DataFrame:
    tables = pairs.tables()
    found = limits.clustered(tables) if by_cluster else limits.independent(tables.sum(axis=0))
    rows = [
        {
            "term": term,
            "group": group,
            "estimate": found.estimate[i, j],
            "conf_low": found.low[i, j],
            "conf_high": found.high[i, j],
            "n": found.n[i, j],
            "method": _method(term, by_cluster, bool(found.still[i, j])),
            "count": found.count[i, j],
            "clusters": found.clusters[i, j],
            "kind": _kind(term),
            "df": found.clusters[i, j] - 1,
            "std_error": found.std_error[i, j],
        }
        for i, group in enumerate(pairs.groups)
        for j, term in enumerate(numbers.TERMS)
    ]
    return table(rows)


def _as_legal(pairs: Pairs) -> pd.DataFrame:
    filled = pairs.missing_as_no()
    return _table(filled, by_cluster=(filled.filled() or 0) > 1)


def _method(term: str, by_cluster: bool, still: bool) -> str:
    if still and term in _SHARES:
        return _STILL[by_cluster]
    if still and term in _COEFFICIENTS:
        return "from_observed"
    return "wilson" if term == "percent_agreement" and not by_cluster else _METHODS[by_cluster]


def _kind(term: str) -> Kind:
    return "percent" if term in _SHARES else "number"


def _paradox(pairs: Pairs) -> dict[str, pd.DataFrame]:
    cells = pairs.tables().sum(axis=0)
    values = dict(zip(numbers.TERMS, numbers.two_by_two(cells).T, strict=True))
    points = pd.DataFrame(
        {
            "group": list(pairs.groups),
            "n": cells.sum(axis=(-2, -1)),
            "prevalence": (values["prevalence_index"] + 1) / 2,
            "kappa": values["kappa"],
            "ac1": values["ac1"],
            "largest_kappa": numbers.largest_kappa(cells),
        }
    )
    there = np.linspace(0, 1, 101)
    expected = numbers.expected_table(there, CURVE_SENSITIVITY, CURVE_SPECIFICITY)
    known = dict(zip(numbers.TERMS, numbers.two_by_two(expected).T, strict=True))
    prevalence = (known["prevalence_index"] + 1) / 2
    curve = pd.DataFrame({"prevalence": prevalence, "kappa": known["kappa"], "ac1": known["ac1"], "true": there})
    return {"paradox": points, "paradox_curve": curve}
