"""Write docs/recovery-tables.md anew: `python tools/recovery.py --keep FOLDER` (about an hour; goes on if stopped)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import mechanisms
import numpy as np
import pandas as pd

from dvstudy.recovery import Recovery, recover
from dvstudy.recovery.measures import bias_seen

ROOT = Path(__file__).resolve().parents[1]
STUDIES = ("thresholds", "agreement", "unified_form")
#: Recipe -> cases a cohort, studies.
RECIPES = {"tutorial": (2000, STUDIES), "unified_parallel": (4000, STUDIES), "null": (4000, STUDIES[2:])}
SEED = 2093


def main() -> None:
    """Run everything and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", type=Path, required=True, help="folder for finished replicates")
    options.add_argument("--replicates", type=int, default=100)
    options.add_argument("--workers", type=int, default=1)
    options.add_argument("--out", type=Path, default=ROOT / "docs" / "recovery-tables.md")
    chosen = options.parse_args()
    lines = list(page(chosen.keep, chosen.replicates, chosen.workers))
    chosen.out.write_text("\n".join(lines) + "\n", "utf-8", newline="\n")


def page(keep: Path, replicates: int, workers: int) -> Iterator[str]:
    """The lines of the page."""

    def run(estimator: object, recipe: object, cases: int, number: int = replicates) -> Recovery:
        return recover(estimator, recipe, number, seed=SEED, cases=cases, workers=workers, folder=keep, progress=_say)

    yield from _head(replicates)
    studied = {(r, s): run(s, r, cases) for r, (cases, names) in RECIPES.items() for s in names}
    yield from _studies(studied)
    yield from _effects({r: studied[r, "unified_form"] for r in RECIPES})
    yield from _mechanisms(run, replicates // 2)


def _head(replicates: int) -> Iterator[str]:
    yield "# Recovery tables"
    yield ""
    yield "Made by `python tools/recovery.py --keep FOLDER`; how to read them: [recovery.md](recovery.md)."
    yield f"Lines rest on {replicates} cohorts if nothing else is said (seed {SEED})."
    yield "In brackets stands the Monte-Carlo standard error."
    yield "It is a test bench, not evidence about Romania: whatever comes out was put in."


def _studies(found: dict[tuple[str, str], Recovery]) -> Iterator[str]:
    yield ""
    yield "## The studies as they are"
    yield ""
    yield (
        "One line a result with stored truth. *Beyond*: quantities whose bias lies beyond twice its Monte-Carlo error, "
        "by chance about 1 in 22. Largest bias in empirical standard errors. *Lost*: quantities that some cohort could "
        "not estimate, and the most cohorts lost."
    )
    yield ""
    yield "| recipe, cases | result | quantities | beyond | largest bias | coverage: lowest, median, highest | lost |"
    yield "|---|---|---|---|---|---|---|"
    for (recipe, _), one in found.items():
        for result, rows in one.table.groupby("result", sort=False):
            yield f"| {recipe}, {RECIPES[recipe][0]:,} | {result} | {_summary(rows)} |"


def _summary(rows: pd.DataFrame) -> str:
    size = (rows["bias"] / rows["empirical_se"]).replace([np.inf, -np.inf], np.nan)
    largest = rows.loc[size.abs().idxmax()] if size.notna().any() else None
    named = "" if largest is None else f"{size[largest.name]:+.2f} {largest['term']}" + _group(largest)
    covered = rows.loc[rows["intervals"] > 0, "coverage"]
    spread = ", ".join(f"{100 * v:.1f} %" for v in covered.quantile([0, 0.5, 1])) if len(covered) else "-"
    lost = rows["not_estimable"] > 0
    worst = f"{int(lost.sum())}; {int(rows['not_estimable'].max())}" if lost.any() else "0"
    return f"{len(rows)} | {int(bias_seen(rows).sum())} | {named} | {spread} | {worst}"


def _group(row: pd.Series) -> str:
    return "" if row["group"] == "all" else f", {row['group']}"


def _effects(found: dict[str, Recovery]) -> Iterator[str]:
    yield ""
    yield "## The effect of the unified form"
    yield ""
    yield "| recipe | outcome | true difference | bias | empirical SE | coverage | rejected at 5 % | which is |"
    yield "|---|---|---|---|---|---|---|---|"
    for recipe, one in found.items():
        for _, row in one.table[one.table["term"] == "difference"].iterrows():
            yield f"| {recipe} | {row['result']} | {row['truth']:.4f} ({row['truth_mcse']:.4f}) | {_line(row)} |"


def _mechanisms(run: Callable[..., Recovery], replicates: int) -> Iterator[str]:
    yield ""
    yield "## One mechanism at a time"
    yield ""
    yield f"Cohorts a line: {replicates}."
    yield ""
    yield "| mechanism | estimator | quantity | truth | bias | empirical SE | coverage | rejected at 5 % | which is |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for pair in mechanisms.PAIRS:
        for switch, recipe in pair.recipes():
            for estimator in pair.estimators:
                table = run(estimator, recipe, pair.cases, replicates).table
                for _, row in table[table["term"].isin(pair.terms) & (table["group"] == "all")].iterrows():
                    head = f"{pair.name} {switch} | {estimator.name} | {row['term']} | {row['truth']:.4f}"
                    yield f"| {head} | {_line(row)} |"


def _line(row: pd.Series) -> str:
    bias = f"{row['bias']:+.4f} ({row['bias_mcse']:.4f})"
    coverage = f"{100 * row['coverage']:.1f} % ({100 * row['coverage_mcse']:.1f})"
    tested = f"{100 * row['rejection']:.1f} % ({100 * row['rejection_mcse']:.1f})" if row["tests"] else "-"
    meaning = {"power": "power", "type_one": "type-I error"}.get(row["rejection_is"], "-")
    return f"{bias} | {row['empirical_se']:.4f} | {coverage} | {tested} | {meaning}"


def _say(done: int, of: int) -> None:
    sys.stderr.write(f"\r{done} of {of} ")


if __name__ == "__main__":
    main()
