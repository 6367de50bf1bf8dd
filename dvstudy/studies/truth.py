"""The last step of a study on synthetic data: every estimate beside the stored truth."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pandas as pd

from dvstudy.cohort import Cohort
from dvstudy.result import Result

COLUMNS: Final = (
    "result", "term", "group", "kind", "estimate", "conf_low", "conf_high", "truth", "mcse", "covered",
)  # fmt: skip
_KEY: Final = ["result", "term", "group"]


def against_truth(cohort: Cohort, results: Iterable[Result]) -> pd.DataFrame:
    """Estimates that have a stored true value: `COLUMNS`, in the order of the results.

    `covered` says whether the interval holds the truth (missing where there is no interval). Empty for data without
    truth.
    """
    estimands = cohort.truth.get("estimands")
    tables = [r.table.assign(result=r.name) for r in results if len(r.table)]
    if estimands is None or not tables:
        return pd.DataFrame({name: pd.Series(dtype="float64" if name in _NUMBERS else "str") for name in COLUMNS})
    estimates = pd.concat(tables, ignore_index=True)
    if "kind" not in estimates:
        estimates["kind"] = "number"
    known = estimands.reset_index().rename(columns={"estimand": "result", "value": "truth"})
    known = known.astype(dict.fromkeys(_KEY, "str"))
    merged = estimates.astype(dict.fromkeys(_KEY, "str")).merge(known, on=_KEY, how="inner")
    bounded = merged["conf_low"].notna() & merged["conf_high"].notna()
    inside = (merged["conf_low"] <= merged["truth"]) & (merged["truth"] <= merged["conf_high"])
    merged["covered"] = inside.astype("boolean").where(bounded)
    return merged[list(COLUMNS)]


_NUMBERS: Final = ("estimate", "conf_low", "conf_high", "truth", "mcse")
