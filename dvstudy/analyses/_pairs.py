"""Pairs of yes/no answers by two raters: coded, counted, and what is missing or too thin to say much."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _frames
from dvstudy.instruments import REASONS
from dvstudy.numbers import agreement as numbers
from dvstudy.result import Note, Quantity

Codes = NDArray[np.int64]

YES, NO, MISSING = 0, 1, -1


@dataclass(frozen=True)
class Pairs:
    """Answers (rows, groups) of both raters as `YES`, `NO`, `MISSING`; `cluster` (rows,) codes, or None."""

    groups: tuple[str, ...]
    first: Codes
    second: Codes
    cluster: Codes | None = None
    clusters: int = 0
    notes: list[Note] = field(default_factory=list)

    def tables(self) -> numbers.Floats:
        """(clusters, groups, 2, 2) counts; one cluster in all where none were named."""
        code = np.zeros(len(self.first), np.int64) if self.cluster is None else self.cluster
        return numbers.tabulate(self.first, self.second, code, clusters=max(self.clusters, 1))

    def filled(self) -> int | None:
        """Clusters with at least one complete pair; None where none were named."""
        held = (self.tables() > 0).any(axis=(1, 2, 3))
        return None if self.cluster is None else int(held.sum())

    def missing_as_no(self) -> Pairs:
        """The same pairs with every missing answer counted as a no."""
        first, second = (np.where(codes == MISSING, NO, codes) for codes in (self.first, self.second))
        return replace(self, first=first, second=second)


def coded(yes: pd.DataFrame, given: pd.DataFrame) -> Codes:
    """Nullable booleans as codes; where the answer as given is a reason for missing, missing."""
    missing = yes.isna().to_numpy(bool) | np.column_stack([given[c].isin(REASONS).to_numpy(bool) for c in given])
    return np.where(missing, MISSING, np.where(yes.fillna(False).to_numpy(bool), YES, NO))


def paired(groups: tuple[str, ...], first: Codes, second: Codes, cluster: pd.Series | None) -> Pairs:
    """Pairs from the rows whose cluster is known."""
    if cluster is None:
        return Pairs(groups, first, second)
    known = cluster.notna().to_numpy(dtype=bool)
    codes, clusters = _frames.codes(cluster.loc[known])
    lost = int((~known).sum())
    values = {"n": Quantity(lost, "count", lost), "total": Quantity(len(known), "count", len(known))}
    notes = [Note("dropped_cluster", values)] if lost else []
    return Pairs(groups, first[known], second[known], codes, clusters, notes)


def counts(pairs: Pairs) -> pd.DataFrame:
    """The four cells of each table: pairs on which both said yes, the first or the second only, neither."""
    cells = pairs.tables().sum(axis=0).reshape(len(pairs.groups), 4)
    frame = pd.DataFrame(cells, columns=["both", "first_only", "second_only", "neither"]).astype("int64")
    frame.insert(0, "group", list(pairs.groups))
    return frame.assign(n=frame.drop(columns="group").sum(axis=1))


def missing(pairs: Pairs) -> pd.DataFrame:
    """Pairs with a missing answer, by whose it is, and pairs that both answered."""
    one, two = pairs.first == MISSING, pairs.second == MISSING
    found = {"first_only": one & ~two, "second_only": ~one & two, "both": one & two, "answered": ~one & ~two}
    return pd.DataFrame({"group": list(pairs.groups), **{key: where.sum(axis=0) for key, where in found.items()}})


def left_out(missing: pd.DataFrame) -> list[Note]:
    """How many pairs were left out because an answer is missing, and whose."""
    lost = {key: int(missing[key].sum()) for key in ("first_only", "second_only", "both")}
    if not (n := sum(lost.values())):
        return []
    total = n + int(missing["answered"].sum())
    counts = {**lost, "n": n, "total": total}
    return [Note("pairs_incomplete", {key: Quantity(value, "count", value) for key, value in counts.items()})]


def cautions(pairs: Pairs) -> list[Note]:
    """What makes single coefficients uncertain or impossible."""
    tables = pairs.tables()
    cells = tables.sum(axis=0)
    kappa = numbers.chance_corrected(cells)[..., 1]
    filled, undefined = cells.sum(axis=(-2, -1)) > 0, np.isnan(kappa)
    some_yes = cells[:, 0, :].sum(axis=-1) + cells[:, 1, 0]
    few = filled & (some_yes < _frames.FEW_EVENTS) & ~undefined
    apart = cells[:, 0, 1] + cells[:, 1, 0]
    return [
        *_marked("no_pairs", ~filled),
        *_marked("kappa_undefined", filled & undefined),
        *_marked("few_yes_pairs", few),
        *_marked("never_apart", filled & (apart == 0)),
    ]


def _marked(code: str, where: NDArray[np.bool_]) -> list[Note]:
    """The note for one decision, or for the number of items concerned."""
    if not where.any():
        return []
    if len(where) == 1:
        return [Note(code)]
    return [
        Note(f"{code}_items", {"items": Quantity(int(where.sum()), "count"), "total": Quantity(len(where), "count")})
    ]
