"""What cannot be so in a cohort: named rules, and how many rows break each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from dvstudy.checks import arguments
from dvstudy.cohort import Cohort, wanted
from dvstudy.result import Note, Result, table
from dvstudy.studies._rules import RULES
from dvstudy.studies._rules_parts import Unchecked

#: Rows named as examples; of made-up people only.
_EXAMPLES: Final = 3


def plausibility(cohort: Cohort, *, name: str = "fidelity_rules") -> Result:
    """Which rows of a cohort break a rule that must hold?

    Parameters
    ----------
    cohort
        Any cohort, also one that does not pass `Cohort.check`.
    name
        Name of the result.

    Returns
    -------
    Result
        Per rule (`group`, its words under ``group.<code>``): `rows_broken` and `rows_checked`. A rule whose tables or
        columns are absent or empty checks no row, and `rows_broken` has no number and the method ``cannot_be_checked``;
        it is not a rule that holds.
        Of a cohort proven synthetic, notes name up to three rows that break a rule; of real people no row is named.
        Status `caution` when a rule is broken.

    Notes
    -----
    The rules and what each reads: `dvstudy.studies._rules` and `_rules_time`. A broken rule is a fault of the record
    or of the rule: look at the rows before changing either.
    """
    arguments(wanted("cohort", cohort))
    rows: list[dict[str, Any]] = []
    notes: list[Note] = []
    for code, rule in RULES.items():
        try:
            checked, broken = rule(cohort)
        except Unchecked:
            rows += _lines(code, (float("nan"), 0.0), "cannot_be_checked")
            continue
        rows += _lines(code, (float(len(broken)), float(checked)), "counted")
        if len(broken) and cohort.synthetic:
            notes.append(Note("rule_examples", {"rule": f"@group.{code}", "rows": _named(broken)}))
    meta = {
        "question": "plausibility", "estimand": "counts", "method": "counted", "citation": "", "options": {},
        "data": "", "synthetic": cohort.synthetic, "instrument": None, "picture": None, "rows": "rule",
    }  # fmt: skip
    made = table(rows)
    found = made.loc[made["term"] == "rows_broken", "estimate"]
    return Result(name, made, meta, notes=notes, status="caution" if (found > 0).any() else "ok")


def _lines(code: str, values: tuple[float, float], method: str) -> Iterator[dict[str, Any]]:
    for term, value in zip(("rows_broken", "rows_checked"), values, strict=True):
        yield {
            "term": term,
            "group": code,
            "estimate": value,
            "n": values[1],
            "method": "counted" if term == "rows_checked" else method,
            "kind": "count",
        }


def _named(broken: Iterable[str]) -> str:
    listed = list(broken)
    return ", ".join(listed[:_EXAMPLES]) + (", …" if len(listed) > _EXAMPLES else "")
