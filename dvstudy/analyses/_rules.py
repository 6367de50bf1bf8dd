"""What the analyses of a family of two-count rules share: the family, its checks, counts and table of rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy.analyses import _accuracy, _frames
from dvstudy.analyses._frames import Source
from dvstudy.errors import Problem, Problems
from dvstudy.numbers import surface, two_by_two
from dvstudy.result import Note

Floats = NDArray[np.float64]

#: Threshold probabilities at which net benefit is given: the share of events among the flagged at which one would
#: be indifferent. One in twenty to one in five.
THRESHOLDS: Final = (0.05, 0.10, 0.15, 0.20)
SHOWN: Final = ("flagged", "sensitivity", "specificity", "ppv", "npv", "youden")
_LIMITED: Final = ("flagged", "sensitivity", "specificity", "youden")


@dataclass(frozen=True)
class CountRules:
    """The family of rules ``count_a >= k or count_b >= m``, k from 1 to `max_a`, m from 1 to `max_b`.

    `count_a` and `count_b` are columns of whole numbers from 0 to their largest possible value; `legal` is the (k, m)
    in force, or None when the rule in force is not of this family. With `join` ``all`` both conditions must hold. For
    "A at least k or A + B at least t" give the column of A + B as `count_b`.
    """

    count_a: str
    max_a: int
    count_b: str
    max_b: int
    legal: tuple[int, int] | None
    join: surface.Join = "any"

    @property
    def legal_place(self) -> int:
        """Place of the legal rule among all, in the order k = 1: m = 1, 2, ...; k = 2: ...; -1 without one."""
        return -1 if self.legal is None else (self.legal[0] - 1) * self.max_b + self.legal[1] - 1


@dataclass(frozen=True)
class Counted:
    """Complete rows counted: `table` (K, 2, A + 1, B + 1), `cells` (K, rules, 4), `clusters` (None when none was
    named); `options` for the result, notes on what was left out, and `unanswerable` with the reasons why nothing can be
    said."""

    picked: pd.DataFrame
    options: dict[str, Any]
    table: Floats
    cells: Floats
    clusters: int | None
    notes: list[Note] = field(default_factory=list)
    unanswerable: list[Note] = field(default_factory=list)


def counted(
    frame: pd.DataFrame,
    name: str,
    rules: CountRules,
    *,
    reference: Source,
    cluster: str | None,
    wanted: Mapping[str, Any] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Counted:
    """Columns picked and checked, and counted once.

    `wanted` are further options to record, `problems` faults found before: all faults are raised together.

    Raises
    ------
    CheckFailed
        For columns that are not there, counts that are not whole numbers in range, a legal rule outside the family, and
        the `problems` given.
    """
    found = Problems(name)
    found.extend(problems)
    roles = {"count_a": rules.count_a, "count_b": rules.count_b, "reference": reference, "cluster": cluster}
    picked = found.kept(lambda: _frames.pick(frame, name, roles))
    if picked is not None:
        columns = picked
        flagged = found.kept(lambda: _frames.flags(columns, name, "reference"))
        picked = picked if flagged is None else flagged
        found.kept(lambda: _frames.numbers(columns, name, "count_a", "count_b"))
    found.extend(_problems(picked, rules))
    found.stop()
    assert picked is not None
    own = {k: v for k, v in asdict(rules).items() if not k.startswith("count_")}
    own["legal"] = None if rules.legal is None else list(rules.legal)
    options = _frames.options(roles, **own, **dict(wanted or {}))
    kept = _frames.complete(picked)
    unanswerable = _accuracy.cannot_answer(kept.frame)
    code, clusters = _accuracy.cluster_codes(kept.frame)
    counts = (kept.frame["count_a"].to_numpy(np.intp), kept.frame["count_b"].to_numpy(np.intp))
    event = kept.frame["reference"].to_numpy(bool)
    table = surface.histogram(counts, event, code, largest=(rules.max_a, rules.max_b), clusters=clusters or 1)
    cells = surface.rule_cells(table, rules.join).reshape(len(table), -1, 4)
    return Counted(picked, options, table, cells, clusters, kept.notes, unanswerable)


def _problems(columns: pd.DataFrame | None, rules: CountRules) -> list[Problem]:
    made = []
    for role, most in (("count_a", rules.max_a), ("count_b", rules.max_b)):
        if columns is None or not pd.api.types.is_numeric_dtype(columns[role].dtype):
            continue
        values = columns[role].dropna()
        wrong = values[(values < 0) | (values > most) | (values % 1 != 0)]
        if len(wrong):
            made.append(Problem("frame_count_range", role, str(wrong.iloc[0]), values=(("most", most),)))
    if rules.legal is not None:
        k, m = rules.legal
        if not (1 <= k <= rules.max_a and 1 <= m <= rules.max_b):
            made.append(Problem("rule_outside", "legal", str(rules.legal)))
    return made


def rule_table(total: Floats, found: two_by_two.Accuracy, rules: CountRules) -> pd.DataFrame:
    """One row a rule, from (rules, 4) counts and their accuracy: `k`, `m`, counts, shares with limits, orders per 1,000
    forms, net benefit, `legal` and `pareto` (no other rule of the family beats it here)."""
    k, m = np.divmod(np.arange(len(total)), rules.max_b)
    columns: dict[str, Any] = {"k": k + 1, "m": m + 1}
    columns |= {cell: total[:, i].astype(np.int64) for i, cell in enumerate(two_by_two.CELLS[:2])}
    for term in SHOWN:
        i = two_by_two.TERMS.index(term)
        columns[term] = found.estimate[:, i]
        if term in _LIMITED:
            columns |= {f"{term}_low": found.low[:, i], f"{term}_high": found.high[:, i]}
    columns["orders_per_1000"] = 1000 * columns["flagged"]
    columns |= {f"net_benefit_{100 * p:02.0f}": two_by_two.net_benefit(total, p) for p in THRESHOLDS}
    columns["legal"] = np.arange(len(total)) == rules.legal_place
    return pd.DataFrame({**columns, "pareto": surface.pareto(total)})


def branch_table(table: Floats, rules: CountRules) -> pd.DataFrame:
    """Flagged forms by the condition that they meet, one row a rule: `k`, `m`, and with (`_events`) and without events
    together `first_only`, `second_only`, `both`. An AND rule flags those that meet both."""
    parts = surface.branches(table.sum(axis=0)).reshape(2, -1, len(surface.BRANCHES))
    if rules.join == "all":
        parts = parts * np.array([0, 0, 1])
    k, m = np.divmod(np.arange(parts.shape[1]), rules.max_b)
    columns: dict[str, Any] = {"k": k + 1, "m": m + 1}
    columns |= {name: parts[..., i].sum(axis=0).astype(np.int64) for i, name in enumerate(surface.BRANCHES)}
    columns |= {f"{name}_events": parts[1, :, i].astype(np.int64) for i, name in enumerate(surface.BRANCHES)}
    return pd.DataFrame(columns)
