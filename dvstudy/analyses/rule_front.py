"""Families of two-count rules beside each other: which rules no other beats, and where the rule in force stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from dvstudy import result
from dvstudy.analyses import _accuracy, _frames, _rules
from dvstudy.analyses._frames import Asked, Source
from dvstudy.analyses._rules import CountRules
from dvstudy.numbers import surface
from dvstudy.result import ALL, Note, Result, not_estimable

_ASKED: Final = Asked(
    "rule_front", "rule_front", "apparent", "Pareto front of sensitivity and false alarms, counted.", "rule_front"
)


def rule_front(
    frame: pd.DataFrame,
    *,
    name: str,
    families: Mapping[str, CountRules],
    reference: Source,
    synthetic: bool,
    cluster: str | None = None,
    instrument: str | None = None,
) -> Result:
    """Of all rules of several families, which does no other beat on these cases?

    Parameters
    ----------
    frame
        One row a form.
    name
        Name of the result.
    families
        Code of each family (``group.<code>``) and its rules; the rule in force in one of them.
    reference
        True/false column, or ``Event("column", "value")``: the event happened.
    synthetic
        Whether the rows are synthetic; stated, never guessed.
    cluster
        Column of station ids, for limits of the figures in the frame.
    instrument
        Id of the instrument, for labels.

    Returns
    -------
    Result
        Table: `rules` and `unbeaten_rules` by family; `better_rules`, how many rules of any family find more cases than
        the legal one and flag fewer forms without the event, or one of both at an equal other (as counted here). Frame
        `front`, one row a rule: `family`, the columns of `rule_surface`, `pareto` among all families.

    Raises
    ------
    CheckFailed
        As `rule_surface`.

    Notes
    -----
    Counts on these cases, without allowance for chance: with many rules some beat the legal one by luck. What choosing
    one of them is worth elsewhere is the matter of `rule_choice`. Checked against a loop over pairs of rules.
    """
    asked: dict[str, Any] = {"reference": reference, "cluster": cluster}
    counted = {code: _rules.counted(frame, name, rules, **asked) for code, rules in families.items()}
    first = next(iter(counted.values()))
    options = _frames.options({"reference": reference, "cluster": cluster}, families=list(families))
    meta = _ASKED.meta(first.picked, synthetic=synthetic, instrument=instrument, options=options)
    if first.unanswerable:
        return not_estimable(name, meta, *first.notes, *first.unanswerable)
    made = []
    for code, one in counted.items():
        found = _accuracy.estimate(one.cells, one.clusters)
        made.append(_rules.rule_table(one.cells.sum(axis=0), found, families[code]).assign(family=code))
    front = pd.concat(made, ignore_index=True)
    total = np.concatenate([one.cells.sum(axis=0) for one in counted.values()])
    front["pareto"] = surface.pareto(total)
    n = float(total[0].sum())
    blank = {"conf_low": np.nan, "conf_high": np.nan, "n": n, "method": "apparent", "kind": "count"}
    rows = []
    for code in families:
        own = front[front["family"] == code]
        rows.append(blank | {"term": "rules", "group": code, "estimate": float(len(own))})
        rows.append(blank | {"term": "unbeaten_rules", "group": code, "estimate": float(own["pareto"].sum())})
    if front["legal"].any():
        legal = front[front["legal"]].iloc[0]
        hits, alarms = front["true_positive"], front["false_positive"]
        fair = (hits >= legal["true_positive"]) & (alarms <= legal["false_positive"])
        better = fair & ((hits > legal["true_positive"]) | (alarms < legal["false_positive"]))
        rows.append(blank | {"term": "better_rules", "group": ALL, "estimate": float(better.sum())})
    events = float(total[0, [0, 2]].sum())
    cautions = [*_frames.cluster_notes(first.clusters), *_accuracy.event_cautions(events)]
    notes = [*first.notes, *cautions, Note("apparent_optimum")]
    return Result(name, result.table(rows), meta, {"front": front}, notes, _frames.status(notes))
