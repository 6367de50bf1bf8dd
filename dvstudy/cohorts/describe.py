"""Every parameter of a recipe as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from dvstudy.checks import validated
from dvstudy.cohorts.layers import at
from dvstudy.cohorts.recipe import Parameter, Recipe, bank_file, load_recipe


def describe(recipe: str | Path | Recipe) -> pd.DataFrame:
    """Every parameter of a recipe, one row each.

    Returns
    -------
    DataFrame indexed by `parameter` (``margins.form``) with symbol, name, value, range, source, assumption (whether
    nothing published stands behind it), changed (whether the recipe departs from the base), outside (whether a single
    number lies outside its range).
    """
    chosen = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    plain = chosen.settings.model_dump(mode="json", by_alias=True)
    rows = [_row(path, p, at(plain, path), chosen.changed) for path, p in chosen.parameters.items()]
    for part, about in _about().items():
        rows.append(_row(part, about, f"{len(plain[part])} rows", chosen.changed))
    return pd.DataFrame(rows).set_index("parameter")


def _row(path: str, parameter: Parameter, value: Any, changed: tuple[str, ...]) -> dict[str, Any]:
    limits = parameter.range
    bounded = isinstance(limits, list) and isinstance(value, int | float)
    return {
        "parameter": path,
        "symbol": parameter.symbol,
        "name": parameter.name,
        "value": str(value),
        "range": limits if isinstance(limits, str) else " to ".join(f"{limit:g}" for limit in limits),
        "source": parameter.origin(),
        "assumption": parameter.assumed,
        "changed": path in changed,
        "outside": bool(bounded and not limits[0] <= value <= limits[1]),
    }


def _about() -> dict[str, Parameter]:
    return {
        part: validated(Parameter, {"symbol": "-", **bank_file(part)["about"]}, part) for part in ("facts", "items")
    }
