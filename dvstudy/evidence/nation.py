"""Who the cases of the whole country are, by published figures: margins that a cohort can be reweighted to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from dvstudy.evidence.catalogue import ratio

#: Column of a table of cases -> level -> ids of the figures whose ratio is its share of the cases of the country.
FIGURES: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "relation": {
        "spouse": ("RO-REL-SPOUSE", "RO-REL-TOTAL"),
        "partner": ("RO-REL-PARTNER", "RO-REL-TOTAL"),
        "parent": ("RO-REL-PARENT", "RO-REL-TOTAL"),
        "child": ("RO-REL-CHILD", "RO-REL-TOTAL"),
        "other_kin": ("RO-REL-OTHER", "RO-REL-TOTAL"),
    },
    "victim": {
        "woman": ("SEED-VIC-WOM", "SEED-VIC-TOT"),
        "man": ("SEED-VIC-MEN", "SEED-VIC-TOT"),
        "minor": ("SEED-VIC-MIN", "SEED-VIC-TOT"),
    },
    "area": {
        "urban": ("RO-INT-2025-URBAN", "RO-INT-2025-SUM"),
        "rural": ("RO-INT-2025-RURAL", "RO-INT-2025-SUM"),
    },
}


def nation() -> dict[str, dict[str, float]]:
    """Column -> level -> share of the country's cases; each margin sums to one. The figures are of different years and
    count victims or interventions: see `dvstudy.evidence.figures`."""
    return {column: {level: ratio(*figures) for level, figures in levels.items()} for column, levels in FIGURES.items()}
