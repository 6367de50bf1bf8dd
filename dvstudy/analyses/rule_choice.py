"""Choosing a rule on the data: which serve a stated wish, what choosing is worth, and how stable the choice is."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dvstudy import result
from dvstudy.analyses import _accuracy, _criteria, _frames, _rules
from dvstudy.analyses._criteria import Capacity, CostRatio, LargestYouden, LeastSensitivity, Wanted
from dvstudy.analyses._frames import Asked, Source
from dvstudy.analyses._rules import CountRules
from dvstudy.numbers import clusters as by_cluster
from dvstudy.numbers import rule_choice as choice
from dvstudy.numbers import score_counts, two_by_two
from dvstudy.numbers.proportions import plain_limits
from dvstudy.numbers.rule_choice import Criterion
from dvstudy.result import Note, Quantity, Result, not_estimable

__all__ = [
    "APPARENT", "LEGAL", "VALIDATED", "Capacity", "CostRatio", "CountRules", "LargestYouden", "LeastSensitivity",
    "Wanted", "rule_choice",
]  # fmt: skip
Floats = NDArray[np.float64]

_ASKED: Final = Asked(
    "rule_choice",
    "rule_choice",
    "cross_validation",
    "Optimism of chosen cut-points: Leeflang et al. 2008, Clin Chem 54, 729. Bootstrap: Harrell, Lee and Mark 1996, "
    "Stat Med 15, 361; Efron and Tibshirani 1997, J Am Stat Assoc 92, 548. One standard error: Breiman, Friedman, "
    "Olshen and Stone 1984. Cost ratio: Vickers and Elkin 2006, Med Decis Making 26, 565.",
    "rule_choice",
)
#: Groups of the table.
APPARENT, VALIDATED, LEGAL = "apparent", "cross_validated", "legal_rule"
_TERMS: Final = ("sensitivity", "specificity", "flagged", "youden")
_TIE: Final = 1e-12


def rule_choice(
    frame: pd.DataFrame,
    *,
    name: str,
    rules: CountRules,
    wanted: Wanted,
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """Which rules of a family serve a stated wish, and what is it worth to choose one on these data?

    Parameters
    ----------
    frame
        One row a form.
    name
        Name of the result.
    rules
        The family, and the rule in force.
    wanted
        `LargestYouden()`, `CostRatio(needless_flags)`, `LeastSensitivity(sensitivity)` or `Capacity(...)`.
    reference
        True/false column, or ``Event("column", "value")``: the event happened.
    synthetic
        Whether the rows are synthetic; stated, never guessed.
    cluster
        Column of station (or rater) ids; parts are of whole clusters. None deals rows into groups and a note says so.
    instrument
        Id of the instrument, for labels.

    Returns
    -------
    Result
        Table: `sensitivity`, `specificity`, `flagged`, `youden`, and for a cost ratio `net_benefit`, by group:
        `cross_validated` (the reported figure: the choice made anew without each tenth of the stations and applied
        there, dealt 20 times), `apparent` (the chosen rule on the rows it was chosen on), `legal_rule`; as the
        sensitivity analysis also `out_of_bag` (chosen in bootstrap samples, applied to the stations left out of them)
        and, for Youden's index and net benefit, `bootstrap_corrected` and `plus_632`. Then `best_rules` (how many tie)
        and `near_best` (how many cannot be told from the best; NaN without a standard error).
        Frame `surface`, one row a rule: columns of `rule_surface`, and `value` (the figure wanted), `allowed`
        (keeps what was set here), `allowed_surely` (its limit does, too), `best` (all ties), `within_one_se`,
        `chosen` (share of 1,000 samples of whole stations in which the rule is chosen, ties shared) and
        `chosen_in_folds`.

    Raises
    ------
    CheckFailed
        For columns that are not there, counts out of range, a legal rule outside the family, a ratio, sensitivity or
        capacity that means nothing: all at once.

    Notes
    -----
    `not_estimable` when no rule keeps the least sensitivity or the capacity. Limits of the cross-validated
    figures treat the rules chosen as given, so they are somewhat too narrow. A sensitivity or share
    flagged that was met on the rows of the choice need not be met elsewhere: the cross-validated row says. Bootstrap
    corrections remove only a part of the optimism, because the choice jumps. Read the set, never one winner.
    Checked against an own R program and on known truth (docs/thresholds.md). Not for the accuracy of a rule fixed in
    advance: see `rule_surface` or `accuracy`.
    """
    faults = tuple(_criteria.problems(wanted))
    stated = _criteria.stated(wanted)
    asked: dict[str, Any] = {"reference": reference, "cluster": cluster, "wanted": stated, "problems": faults}
    counted = _rules.counted(frame, name, rules, **asked)
    meta = _ASKED.meta(counted.picked, synthetic=synthetic, instrument=instrument, options=counted.options)
    if counted.unanswerable:
        return not_estimable(name, meta, *counted.notes, *counted.unanswerable)
    criterion, total = _criteria.criterion(wanted), counted.cells.sum(axis=0)
    if not choice.allowed(total, criterion).any():
        return not_estimable(name, meta, *counted.notes, _nobody(total, criterion))
    cells = counted.cells if (counted.clusters or 0) > 1 else _dealt(counted, rules)
    found = two_by_two.clustered(cells)
    value, error = _figures(cells, criterion)
    own = choice.chosen(total, criterion) > 0
    validated, drawn = choice.cross_validated(cells, criterion), choice.bootstrapped(cells, criterion)
    made = _rules.rule_table(total, found, rules)
    kept = choice.allowed(total, criterion)
    near = _near(value, error, own, kept)
    made = made.assign(
        value=value, allowed=kept, allowed_surely=_surely(made, criterion), best=own, within_one_se=near,
        chosen=drawn.share, chosen_in_folds=validated.share,
    )  # fmt: skip
    rows = [
        *_rows(validated.cells, VALIDATED, criterion),
        *_bootstrap_rows(drawn, criterion),
        *_rows(cells[:, own].mean(axis=1), APPARENT, criterion),
        *([] if rules.legal is None else _rows(cells[:, rules.legal_place], LEGAL, criterion)),
        *_counts(own, near, error, float(total[0].sum())),
    ]
    cautions = _accuracy.cautions(two_by_two.clustered(validated.cells[:, None]), counted.clusters)
    notes = [*counted.notes, *cautions, Note("apparent_optimum")]
    return Result(name, result.table(rows), meta, {"surface": made}, notes, _frames.status(notes))


def _dealt(counted: _rules.Counted, rules: CountRules) -> Floats:
    """Counts with rows dealt at random into groups, where there are no two clusters."""
    from dvstudy.numbers import surface

    rows = _frames.complete(counted.picked).frame
    code, groups = score_counts.dealt(len(rows))
    counts = (rows["count_a"].to_numpy(np.intp), rows["count_b"].to_numpy(np.intp))
    largest = (rules.max_a, rules.max_b)
    table = surface.histogram(counts, rows["reference"].to_numpy(bool), code, largest=largest, clusters=groups)
    return surface.rule_cells(table, rules.join).reshape(groups, -1, 4)


def _nobody(total: Floats, criterion: Criterion) -> Note:
    """No rule keeps what was set: how near the nearest comes."""
    shares = two_by_two.measures(total)
    n = float(total[0].sum())
    if criterion.kind == "most_flagged":
        nearest = float(np.nanmin(shares[:, two_by_two.TERMS.index("flagged")]))
        code = "no_rule_within_capacity"
    else:
        nearest, code = float(np.nanmax(shares[:, two_by_two.TERMS.index("sensitivity")])), "no_rule_sensitive_enough"
    return Note(code, {"set": Quantity(criterion.value, "percent"), "nearest": Quantity(nearest, "percent", n)})


def _figures(cells: Floats, criterion: Criterion) -> tuple[Floats, Floats]:
    """(rules,) the figure wanted, and its jackknife standard error over clusters."""
    value = choice.figure(cells.sum(axis=0), criterion)
    moved = np.nan_to_num(choice.figure(cells.sum(axis=0) - cells, criterion) - value)
    side = {"sensitivity": [0, 2], "specificity": [1, 3]}.get(criterion.term, [0, 1, 2, 3])
    behind = (cells[..., side].sum(axis=-1) > 0).sum(axis=0)
    halves = (cells[..., [0, 1]] + cells[..., [2, 3]] > 0).sum(axis=0).min(axis=-1)
    return value, by_cluster.spread(moved, np.where(halves >= 2, behind, 0))


def _near(value: Floats, error: Floats, own: NDArray[np.bool_], kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rules that keep what was set and lie within one standard error of the best; only the best without an error."""
    allowance = float(np.max(error[own]))
    return own if np.isnan(allowance) else np.asarray(kept & (value >= value[own].max() - allowance - _TIE))


def _surely(made: pd.DataFrame, criterion: Criterion) -> NDArray[np.bool_]:
    if criterion.kind == "least_sensitivity":
        return made["sensitivity_low"].to_numpy(float) >= criterion.value
    if criterion.kind == "most_flagged":
        return made["flagged_high"].to_numpy(float) <= criterion.value
    return np.ones(len(made), bool)


def _rows(cells: Floats, group: str, criterion: Criterion) -> list[dict[str, Any]]:
    """Figures of one rule, or of a mixture of rules, from (K, 4) counts by cluster."""
    found = [r for r in _accuracy.rows(two_by_two.clustered(cells[:, None]), [group]) if r["term"] in _TERMS]
    if criterion.kind == "net_benefit":
        value, error = _figures(cells[:, None], criterion)
        df = float((cells.sum(axis=-1) > 0).sum() - 1)
        error = np.where(error > _TIE, error, np.nan)
        low, high = plain_limits(value, error, df=df)
        found.append(found[-1] | {
            "term": "net_benefit", "estimate": float(value[0]), "conf_low": float(low[0]), "conf_high": float(high[0]),
            "n": float(cells.sum()), "kind": "of_1000", "method": "cluster_jackknife", "df": df,
            "std_error": float(error[0]), "clusters": df + 1,
        })  # fmt: skip
    changed: dict[str, Any] = {"method": "cross_validation"} if group == VALIDATED else {}
    if group == APPARENT:
        changed = {"method": "apparent", "conf_low": np.nan, "conf_high": np.nan, "std_error": np.nan}
    return [row | changed for row in found]


def _bootstrap_rows(drawn: choice.Bootstrapped, criterion: Criterion) -> list[dict[str, Any]]:
    """The sensitivity analysis, without limits."""
    blank = {"conf_low": np.nan, "conf_high": np.nan, "std_error": np.nan, "method": "out_of_bag"}
    found = [row | blank for row in _rows(drawn.out_of_bag, "out_of_bag", criterion)]
    last = next((row for row in found if row["term"] == criterion.term), None)
    if last is None or criterion.kind not in ("youden", "net_benefit"):
        return found
    more = {"plus_632": drawn.plus_632, "bootstrap_corrected": drawn.corrected}
    return [*found, *(last | {"group": g, "method": g, "estimate": v} for g, v in more.items())]


def _counts(own: NDArray[np.bool_], near: NDArray[np.bool_], error: Floats, n: float) -> list[dict[str, Any]]:
    blank = {"group": result.ALL, "conf_low": np.nan, "conf_high": np.nan, "n": n, "kind": "count"}
    known = np.isfinite(np.max(error[own]))
    return [
        blank | {"term": "best_rules", "estimate": float(own.sum()), "method": "apparent"},
        blank
        | {"term": "near_best", "estimate": float(near.sum()) if known else np.nan, "method": "one_standard_error"},
    ]
