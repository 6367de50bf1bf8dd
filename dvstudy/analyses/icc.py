"""Agreement of two raters' counts on the same cases."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy.analyses import _frames
from dvstudy.numbers import icc as numbers
from dvstudy.result import Note, Quantity, Result, not_estimable, table

_ASKED: Final = _frames.Asked(
    question="counts",
    estimand="counts",
    method="cluster_jackknife",
    citation="McGraw and Wong (1996), Psychol Methods 1, 30; Bland and Altman (1986), Lancet 1, 307",
    picture="limits",
)
#: pingouin refuses fewer pairs, and they would say nothing.
_FEWEST: Final = 5
_PINGOUIN: Final = {"icc_agreement": "ICC(A,1)", "icc_consistency": "ICC(C,1)"}
_TINY: Final = 1e-12


@dataclass(frozen=True)
class _Rated:
    """One pair of columns: complete counts (n,) of both raters, their cluster codes, and what was left out."""

    group: str
    first: numbers.Floats
    second: numbers.Floats
    code: np.ndarray
    clusters: int | None
    missing: Mapping[str, int]

    def parts(self) -> numbers.Floats:
        return numbers.sums(self.first, self.second, self.code, clusters=int(self.code.max(initial=0)) + 1)


def icc_counts(
    frame: pd.DataFrame,
    *,
    name: str,
    pairs: Mapping[str, tuple[str, str]],
    cluster: str | None = None,
    synthetic: bool,
    instrument: str | None = None,
) -> Result:
    """How far do two raters' counts of the same cases agree, and does one of them count higher?

    Parameters
    ----------
    frame
        One row a case that both have rated.
    name
        Name of the result.
    pairs
        Group -> columns of the first and the second rater; numbers. Rows where either is missing are left out.
    cluster
        Column of the rater or station; None when the data have none.
    synthetic
        Whether the rows are synthetic.
    instrument
        Instrument that both used, for labels.

    Returns
    -------
    Result
        For each group `icc_agreement` (ICC(A,1): same count), `icc_consistency` (ICC(C,1): same order, a constant gap
        allowed), `mean_difference` (first minus second) and the limits of agreement `limit_low`, `limit_high`
        between which 95 of 100 differences lie if they are about normal; columns `clusters`, `kind`, `df`, `std_error`.
        ``frames["alternatives"]`` limits that treat pairs as independent: pingouin's F limits, t for the mean
        difference. ``frames["limits"]`` pairs by `group`, `mean` and `difference`, `n` of them; ``frames["missing"]``
        pairs left out by rater. With fewer than five complete pairs in every group: `not_estimable`.

    Raises
    ------
    CheckFailed
        When a column is absent or does not hold numbers.

    Notes
    -----
    Limits by leave-one-cluster-out jackknife with t on clusters - 1, correlations on Fisher's z scale. An ICC depends
    on how much the cases differ: the same raters reach a lower one among similar cases, so it is shown with the mean
    difference and its limits. Counts are small whole numbers and skewed; the F limits assume normality, the jackknife
    does not. Checked against R ``psych::ICC``. Not for yes/no decisions, nor for more than two raters.
    """
    roles = {f"{group}/{i}": pair[i] for group, pair in pairs.items() for i in (0, 1)}
    picked = _frames.pick(frame, name, {**roles, "cluster": cluster})
    checked = _frames.numbers(picked, name, *roles)
    options = {"pairs": {group: list(pair) for group, pair in pairs.items()}, "cluster": cluster}
    meta = _ASKED.meta(checked, synthetic=synthetic, instrument=instrument, options=options)
    rated = [_rated(checked, group) for group in pairs]
    usable = [one for one in rated if len(one.first) >= _FEWEST]
    if not usable:
        return not_estimable(name, meta, Note("few_pairs", {"least": Quantity(_FEWEST, "count")}))
    by_cluster = [one for one in usable if (one.clusters or 0) > 1]
    plain = {one.group: _independent(one) for one in usable}
    default = [_clustered(one) if one in by_cluster else plain[one.group] for one in usable]
    frames = {"limits": pd.concat([_bins(one) for one in usable]), "missing": _missing(rated)}
    if by_cluster:
        frames["alternatives"] = table([row for one in usable for row in plain[one.group]])
    cautions = _cautions(rated)
    return Result(
        name=name,
        table=table([row for rows in default for row in rows]),
        frames=frames,
        meta=meta if by_cluster else {**meta, "method": "pingouin_f"},
        notes=[*_left_out(checked, cluster), *cautions, Note("icc_depends_on_spread")],
        status="caution" if cautions else "ok",
    )


def _rated(checked: pd.DataFrame, group: str) -> _Rated:
    known = checked[checked["cluster"].notna()] if "cluster" in checked else checked
    one, two = known[f"{group}/0"], known[f"{group}/1"]
    absent = {"first_only": one.isna() & two.notna(), "second_only": one.notna() & two.isna(),
              "both": one.isna() & two.isna()}  # fmt: skip
    rows = (one.notna() & two.notna()).to_numpy(dtype=bool)
    code, clusters = (
        _frames.codes(known.loc[rows, "cluster"]) if "cluster" in known else (np.zeros(rows.sum(), int), None)
    )
    return _Rated(
        group=group,
        first=one[rows].to_numpy(float),
        second=two[rows].to_numpy(float),
        code=code,
        clusters=clusters,
        missing={key: int(where.sum()) for key, where in absent.items()},
    )


def _clustered(rated: _Rated) -> list[dict[str, Any]]:
    return _rows(rated, numbers.clustered(rated.parts()), dict.fromkeys(numbers.TERMS, "cluster_jackknife"))


def _independent(rated: _Rated) -> list[dict[str, Any]]:
    """Rows that treat pairs as independent; the correlations with pingouin's limits."""
    found = numbers.independent(rated.parts().sum(axis=0))
    rows = _rows(rated, found, {**dict.fromkeys(numbers.TERMS, "paired_t"), **dict.fromkeys(_PINGOUIN, "pingouin_f")})
    correlations = rows[: len(_PINGOUIN)]
    for row, (estimate, low, high) in zip(correlations, _pingouin(rated.first, rated.second), strict=True):
        row |= {"estimate": estimate, "conf_low": low, "conf_high": high}
    return rows


def _rows(rated: _Rated, found: numbers.Measured, methods: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "term": term,
            "group": rated.group,
            "estimate": found.estimate[place],
            "conf_low": found.low[place],
            "conf_high": found.high[place],
            "n": len(rated.first),
            "method": methods[term],
            "clusters": found.clusters,
            "kind": "number",
            "df": found.clusters - 1,
            "std_error": found.std_error[place],
        }
        for place, term in enumerate(numbers.TERMS)
    ]


def _pingouin(first: numbers.Floats, second: numbers.Floats) -> list[tuple[float, float, float]]:
    """ICC(A,1) and ICC(C,1) with F limits; missing limits where the pairs leave nothing to divide by."""
    apart, together = first - second, first + second
    if together.std() <= _TINY:
        return [(float("nan"),) * 3] * len(_PINGOUIN)
    if apart.std() <= _TINY:
        values = numbers.measures(numbers.sums(first, second, np.zeros(len(first)), clusters=1)[0])
        return [(float(value), float("nan"), float("nan")) for value in values[: len(_PINGOUIN)]]
    case = np.arange(len(first))
    long = pd.DataFrame(
        {"case": np.tile(case, 2), "rater": np.repeat(["first", "second"], len(case)), "count": [*first, *second]}
    )
    with _unrounded() as pingouin:
        made = pingouin.intraclass_corr(long, targets="case", raters="rater", ratings="count").set_index("Type")
    limits = [(made["ICC"][t], made["CI95"][t][0], made["CI95"][t][1]) for t in _PINGOUIN.values()]
    return [(float(estimate), float(low), float(high)) for estimate, low, high in limits]


@contextmanager
def _unrounded() -> Iterator[Any]:
    """pingouin with its rounding options off, and silent about pandas calls that will change."""
    import pingouin

    kept = dict(pingouin.options)
    pingouin.options.update({key: None for key in kept if key.startswith("round")})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield pingouin
    finally:
        pingouin.options.clear()
        pingouin.options.update(kept)


def _bins(rated: _Rated) -> pd.DataFrame:
    """Pairs by mean and difference, for the picture of differences against means."""
    both = pd.DataFrame({"mean": (rated.first + rated.second) / 2, "difference": rated.first - rated.second})
    bins = both.groupby(["mean", "difference"], as_index=False).size().rename(columns={"size": "n"})
    bins.insert(0, "group", rated.group)
    return bins


def _missing(rated: list[_Rated]) -> pd.DataFrame:
    return pd.DataFrame([{"group": one.group, **one.missing, "answered": len(one.first)} for one in rated])


def _left_out(checked: pd.DataFrame, cluster: str | None) -> list[Note]:
    lost = int(checked["cluster"].isna().sum()) if cluster else 0
    total = Quantity(len(checked), "count", len(checked))
    notes = [Note("dropped_cluster", {"n": Quantity(lost, "count", lost), "total": total})] if lost else []
    counts = checked.drop(columns="cluster", errors="ignore")
    if n := int(counts.isna().any(axis=1).sum()):
        notes.append(Note("counts_incomplete", {"n": Quantity(n, "count", n), "total": total}))
    return notes


def _cautions(rated: list[_Rated]) -> list[Note]:
    clusters = [one.clusters for one in rated if len(one.first) >= _FEWEST]
    notes = _frames.cluster_notes(min(clusters, key=lambda c: -1 if c is None else c))
    if any(len(one.first) < _FEWEST for one in rated):
        notes.append(Note("few_pairs", {"least": Quantity(_FEWEST, "count")}))
    usable = [one for one in rated if len(one.first) >= _FEWEST]
    if any(np.ptp([one.first, one.second]) <= _TINY for one in usable):
        notes.append(Note("icc_undefined"))
    if any(np.ptp(one.first - one.second) <= _TINY for one in usable):
        notes.append(Note("counts_never_apart"))
    if any((np.ptp(one.first) <= _TINY) != (np.ptp(one.second) <= _TINY) for one in usable):
        notes.append(Note("one_rater_constant"))
    return notes
