"""From the outcomes of replicates to one row a quantity, and what to be careful about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy.numbers import performance as perf
from dvstudy.recovery.estimator import KEY, Estimator
from dvstudy.recovery.replicate import Outcome
from dvstudy.result import Note, Quantity

#: Judged too large to tell: twice the error of the bias above this share of the empirical SE (a bias of that size takes
#: the coverage of a 95 % interval to 94.3 %) ...
RELEVANT_BIAS: Final = 0.25
#: ... or twice the error of a coverage that is as it should be above this.
RELEVANT_COVERAGE: Final = 0.05
_SAME: Final = 1e-9
COUNTS: Final = ("replicates", "failed", "not_estimable", "used")
MEASURES: Final = ("bias", "empirical_se", "rmse", "coverage", "width", "rejection")
COLUMNS: Final = (
    *KEY, "kind", *COUNTS, "truth", "truth_mcse", "mean_estimate",
    *(name for measure in MEASURES[:3] for name in (measure, f"{measure}_mcse")),
    "intervals", "coverage", "coverage_mcse", "width", "width_mcse",
    "tests", "null", "rejection", "rejection_mcse", "rejection_is",
)  # fmt: skip


def measured(outcomes: Sequence[Outcome], estimator: Estimator) -> pd.DataFrame:
    """`COLUMNS`, one row a result, term and group that had a truth in any replicate, in the order first met."""
    failed = sum(bool(one.error) for one in outcomes)
    filled = [one.rows for one in outcomes if len(one.rows)]
    if not filled:
        return pd.DataFrame({name: pd.Series(dtype=_dtype(name)) for name in COLUMNS})
    rows = pd.concat(filled, ignore_index=True)
    made = [
        {**dict(zip(KEY, key, strict=True)), **_row(found, len(outcomes), failed, estimator)}
        for key, found in rows.groupby(KEY, sort=False)
    ]
    return pd.DataFrame(made)[list(COLUMNS)].astype({name: _dtype(name) for name in COLUMNS})


def _row(found: pd.DataFrame, replicates: int, failed: int, estimator: Estimator) -> dict[str, Any]:
    used = found[np.isfinite(found["estimate"])]
    estimate, truth, truth_mcse = used["estimate"], used["truth"], float(found["truth_mcse"].mean())
    null = estimator.null.get(str(found["term"].iloc[0]), np.nan)
    limits = used.dropna(subset=["conf_low", "conf_high"])
    measures = (
        perf.bias(estimate, truth, truth_mcse),
        perf.empirical_se(estimate),
        perf.rmse(estimate, truth, truth_mcse) if len(used) else perf.NOTHING,
        perf.covered(limits["conf_low"], limits["conf_high"], limits["truth"]),
        perf.mean(limits["conf_high"] - limits["conf_low"]),
        perf.share(rejected := _rejected(used, null, estimator.level)),
    )
    return {
        "kind": found["kind"].iloc[0],
        **dict(zip(COUNTS, (replicates, failed, replicates - failed - len(used), len(used)), strict=True)),
        "truth": float(found["truth"].mean()),
        "truth_mcse": truth_mcse,
        "mean_estimate": perf.mean(estimate).value,
        "intervals": len(limits),
        "tests": len(rejected),
        "null": null,
        "rejection_is": _meaning(found["truth"], null) if len(rejected) else "",
        **{name: one.value for name, one in zip(MEASURES, measures, strict=True)},
        **{f"{name}_mcse": one.mcse for name, one in zip(MEASURES, measures, strict=True)},
    }


def _rejected(used: pd.DataFrame, null: float, level: float) -> pd.Series:
    """Replicates in which "no effect" is rejected: by the p-value where there is one, else because the interval leaves
    the null out."""
    tested, bounded = used["p_value"].notna(), used["conf_low"].notna() & used["conf_high"].notna() & np.isfinite(null)
    outside = (used["conf_low"] > null) | (used["conf_high"] < null)
    return pd.Series(outside.mask(tested, used["p_value"] < 1 - level)[tested | bounded])


def _meaning(truth: pd.Series, null: float) -> str:
    """`type_one` where the truth is null, `power` where it is not, nothing where no null was stated."""
    if not np.isfinite(null):
        return ""
    return "type_one" if bool(((truth - null).abs() < _SAME).all()) else "power"


def cautions(table: pd.DataFrame, outcomes: Sequence[Outcome], level: float) -> list[Note]:
    """What a reader has to know before any number; counts of rows are counts of lines of the table."""
    failed = sum(bool(one.error) for one in outcomes)
    lost = max((one.without_truth for one in outcomes), default=0)
    counts = {
        "recovery_failed": failed,
        "recovery_not_estimable": int((table["not_estimable"] > 0).sum()),
        "recovery_bias_unclear": int(bias_unclear(table).sum()),
        "recovery_coverage_unclear": int(coverage_unclear(table, level).sum()),
        "recovery_truth_unclear": int((table["truth_mcse"] > RELEVANT_BIAS * table["empirical_se"]).sum()),
        "recovery_no_truth": lost,
    }
    of: Mapping[str, int] = {"recovery_failed": len(outcomes)}
    notes = [_note(code, n, of.get(code, len(table))) for code, n in counts.items() if n]
    return [*notes, *_by_chance(table)]


def bias_unclear(table: pd.DataFrame) -> pd.Series:
    """Rows in which a bias that matters could hide in the Monte-Carlo error."""
    clear = perf.reach(table["bias_mcse"]) <= RELEVANT_BIAS * table["empirical_se"].to_numpy()
    return pd.Series(~clear, table.index)


def coverage_unclear(table: pd.DataFrame, level: float) -> pd.Series:
    """Rows with intervals, but too few to tell a wrong coverage from a right one."""
    return pd.Series(perf.reach(perf.level_error(level, table["intervals"])) > RELEVANT_COVERAGE, table.index)


def bias_seen(table: pd.DataFrame) -> pd.Series:
    """Rows whose bias lies beyond its Monte-Carlo error."""
    return pd.Series(perf.beyond(table["bias"], table["bias_mcse"]), table.index)


def _by_chance(table: pd.DataFrame) -> Iterator[Note]:
    seen = int(bias_seen(table).sum())
    if seen:
        chance = Quantity(perf.BY_CHANCE * len(table), "count")
        counts = {"n": Quantity(seen, "count"), "of": Quantity(len(table), "count"), "chance": chance}
        yield Note("recovery_beyond", counts)


def _note(code: str, n: int, of: int) -> Note:
    return Note(code, {"n": Quantity(n, "count"), "of": Quantity(of, "count")})


def _dtype(name: str) -> str:
    if name in (*KEY, "kind", "rejection_is"):
        return "str"
    return "int64" if name in (*COUNTS, "intervals", "tests") else "float64"
