"""From rows of cases to sums by station, for trials that allocate stations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.errors import UsageError
from dvstudy.numbers import trial as numbers
from dvstudy.result import ALL, Note, Quantity

#: Difference in the share of cases without outcome that is worth a caution.
_UNEQUAL: Final = 0.05


@dataclass(frozen=True)
class Stations:
    """Sums over the cases with an outcome, (J,) one entry a station that has any.

    `treated` 0/1, `stratum` codes from 0, `n` cases, `total` and `squares` sums of the outcome; `missing` cases
    without outcome in the control and the intervention arm.
    """

    treated: NDArray[np.int64]
    stratum: NDArray[np.int64]
    n: numbers.Floats
    total: numbers.Floats
    squares: numbers.Floats
    missing: tuple[int, int]

    @property
    def means(self) -> numbers.Floats:
        return np.asarray(self.total / self.n)

    @property
    def design(self) -> numbers.Floats:
        return numbers.design(self.treated, self.stratum)

    def alone(self) -> NDArray[np.bool_]:
        """(J,) stations that are the only one of their stratum."""
        return np.asarray(np.bincount(self.stratum)[self.stratum] == 1)

    def summary(self, control: str, intervention: str) -> pd.DataFrame:
        """Stations, cases and mean by arm and in all, with the intraclass correlation of the outcome."""
        cell = self.treated * (self.stratum.max(initial=0) + 1) + self.stratum
        raw = numbers.anova_icc(self.n, self.total, self.squares, cell)
        everywhere = np.ones(len(self.n), bool)
        arms = (
            (control, self.treated == 0, self.missing[0]),
            (intervention, self.treated == 1, self.missing[1]),
            (ALL, everywhere, sum(self.missing)),
        )
        rows = [self._row(group, where, lost) for group, where, lost in arms]
        return pd.DataFrame(rows).assign(icc=[np.nan, np.nan, np.maximum(raw, 0.0)], icc_raw=[np.nan, np.nan, raw])

    def _row(self, group: str, where: NDArray[np.bool_], missing: int) -> dict[str, object]:
        size = self.n[where]
        return {
            "group": group,
            "clusters": len(size),
            "n": size.sum(),
            "missing": missing,
            "smallest": size.min(),
            "largest": size.max(),
            "mean": self.total[where].sum() / size.sum(),
        }


def stations(columns: pd.DataFrame, name: str, *, control: str, intervention: str) -> Stations:
    """Sums by station of `outcome`, from the columns `outcome, arm, cluster` and perhaps `stratum`.

    Rows without arm, station or stratum are left out (`missing_notes` counts them).

    Raises
    ------
    UsageError
        When there is a third arm, or a station in two arms or two strata.
    """
    placed = columns.dropna(subset=[c for c in columns.columns if c != "outcome"])
    arm = placed["arm"].astype("str")
    if strangers := sorted(set(arm) - {control, intervention}):
        raise UsageError("trial_third_arm", name=name, found=", ".join(strangers))
    stratum = placed["stratum"].astype("str") if "stratum" in placed else pd.Series("", index=placed.index)
    _constant(name, "trial_station_in_two_arms", placed["cluster"], arm)
    _constant(name, "trial_station_in_two_strata", placed["cluster"], stratum)
    value = placed["outcome"].astype("float64")
    treated = (arm == intervention).astype("int64")
    lost = value.isna().groupby(treated.to_numpy()).sum()
    rows = pd.DataFrame({"treated": treated, "stratum": stratum, "value": value, "square": value**2})[value.notna()]
    by = rows.groupby(placed.loc[value.notna(), "cluster"].astype("str"), sort=True)
    first = by[["treated", "stratum"]].first()
    return Stations(
        treated=first["treated"].to_numpy(np.int64),
        stratum=np.unique(first["stratum"].to_numpy(str), return_inverse=True)[1].astype(np.int64),
        n=by.size().to_numpy().astype(float),
        total=by["value"].sum().to_numpy(float),
        squares=by["square"].sum().to_numpy(float),
        missing=(int(lost.get(0, 0)), int(lost.get(1, 0))),
    )


def missing_notes(columns: pd.DataFrame, found: Stations, control: str, intervention: str) -> list[Note]:
    """Rows left out and why; a caution when an arm has clearly more cases without outcome than the other."""
    total = Quantity(len(columns), "count", len(columns))
    notes = []
    for role in ("arm", "cluster", "stratum"):
        n = int(columns[role].isna().sum()) if role in columns else 0
        if n:
            notes.append(Note(f"dropped_{role}", {"n": Quantity(n, "count", n), "total": total}))
    if not any(found.missing):
        return notes
    words = {"control_arm": f"@group.{control}", "intervention_arm": f"@group.{intervention}"}
    counts = {"control": found.missing[0], "intervention": found.missing[1], "n": sum(found.missing)}
    quantities = {key: Quantity(value, "count", value) for key, value in counts.items()}
    notes.append(Note("outcome_missing_by_arm", {**quantities, **words, "total": total}))
    gap = _gap(found)
    return [*notes, Note("outcome_missing_unequal", {"points": Quantity(gap, "points")})] if gap > _UNEQUAL else notes


def _gap(found: Stations) -> float:
    """Difference between the arms in the share of cases without outcome; NaN when an arm has no cases."""
    kept = np.array([found.n[found.treated == arm].sum() for arm in (0, 1)])
    lost = np.array(found.missing, float)
    with np.errstate(invalid="ignore"):
        shares = lost / (lost + kept)
    return float(abs(shares[1] - shares[0]))


def _constant(name: str, code: str, cluster: pd.Series, value: pd.Series) -> None:
    several = value.groupby(cluster.astype("str").to_numpy()).nunique()
    torn = several.index[several > 1]
    if len(torn):
        raise UsageError(code, name=name, n=len(torn), found=str(torn[0]))
