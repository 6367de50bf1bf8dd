"""Write docs/calibration-tables.md anew: `python tools/calibration.py` (some minutes)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from dvstudy.cohorts import Recipe, calibration, load_recipe
from dvstudy.cohorts.reference import population
from dvstudy.cohorts.trial import Trial

ROOT = Path(__file__).resolve().parents[1]
RECIPES = ("romania_2025", "romania_2023", "cluj_2022", "unified_parallel", "ngo_shelter")
BASE = "unified_parallel"
#: Measure -> what was published that comes nearest to it (design of the model, section 6).
PUBLISHED = {
    "auc_order146_severe": "police screens: severe or deadly .67 to .80, any repeat about .65",
    "auc_danger_severe": "any repeat .618 pooled; near-lethal .69 to .75 prospective",
    "auc_sara_severe": "any repeat .628 pooled, sum .63",
    "kappa_decision": "two officers: global ratings fairly high; two professions with one form: none found",
    "imminent_social": "none found; health staff rate the same victim higher than police in 164 pairs",
}


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
    yield from _measures(load_recipe(BASE))


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


def _measures(recipe: Recipe) -> Iterator[str]:
    seen = Trial(population(recipe)[0].population)
    yield ""
    yield "## Accuracy and agreement"
    yield ""
    yield f"`{recipe.name}` as it is; nothing was fitted to these. AUCs are for severe violence within 180 days,"
    yield "with the orders that were made; what was published is mostly about other outcomes and countries."
    yield ""
    yield "| measure | here | published |"
    yield "|---|---|---|"
    for name, published in PUBLISHED.items():
        yield f"| {name} | {seen.value(name):.3f} | {published} |"


if __name__ == "__main__":
    main()
