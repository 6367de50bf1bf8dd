"""Write docs/calibration-tables.md anew: `python tools/calibration.py` (some minutes)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import soft_targets

from dvstudy.cohorts import Recipe, calibration, load_recipe

ROOT = Path(__file__).resolve().parents[1]
RECIPES = ("romania_2025", "romania_2023", "cluj_2022", "unified_parallel", "ngo_shelter")
BASE = "unified_parallel"


def main() -> None:
    """Solve every recipe and write the page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=ROOT / "docs" / "calibration-tables.md")
    chosen = options.parse_args()
    chosen.out.write_text("\n".join(page()) + "\n", "utf-8", newline="\n")


def page() -> Iterator[str]:
    """The lines of the page."""
    yield "# Calibration tables"
    yield ""
    yield "Made by `python tools/calibration.py`; how margins are solved: [cohorts.md](cohorts.md#calibration)."
    yield "Each recipe in its own reference population. Whatever comes out was put in: no evidence about Romania."
    for name in RECIPES:
        yield from _margins(load_recipe(name))
    yield from soft_targets.page(load_recipe(BASE))


def _margins(recipe: Recipe) -> Iterator[str]:
    table = calibration(recipe)
    yield ""
    yield f"## {recipe.name}"
    yield ""
    yield f"{recipe.title}. Within tolerance: {int(table['within'].sum())} of {len(table)}."
    yield ""
    yield "| margin | target | achieved | tolerance | within | source |"
    yield "|---|---|---|---|---|---|"
    for row in table.to_dict("records"):
        numbers = " | ".join(f"{row[column]:.4f}" for column in ("target", "achieved", "tolerance"))
        source = str(row["source"]).replace("|", "/")
        yield f"| {row['margin']} | {numbers} | {'yes' if row['within'] else 'no'} | {source} |"


if __name__ == "__main__":
    main()
