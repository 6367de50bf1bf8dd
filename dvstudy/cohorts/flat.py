"""Flat tables from flat recipes: millions of cases at about the price of their random numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pandas as pd

from dvstudy import provenance, storage
from dvstudy.checks import arguments, whole
from dvstudy.cohorts import columns
from dvstudy.cohorts.flat_columns import Column, Ordered
from dvstudy.cohorts.flat_draw import Anything, drawn
from dvstudy.cohorts.flat_recipe import FlatRecipe, load_flat_recipe
from dvstudy.cohorts.streams import Streams
from dvstudy.errors import UsageError
from dvstudy.tables import CASES

_TABLE: Final = "flat"


def flat(recipe: str | Path | FlatRecipe, *, seed: int, cases: int | None = None) -> pd.DataFrame:
    """One row a case, one column a line of the recipe: for tests, teaching and speed, without stations or raters.

    Parameters
    ----------
    recipe
        Name of a shipped flat recipe (`flat_recipes()`), path of a file of one's own, or a `FlatRecipe`.
    seed
        Each column has a random stream of its own, by its name: the same recipe and seed give the same table, fewer
        cases give its first rows, and a further column leaves the others as they were.
    cases
        Rows; the recipe's own number when None.

    Returns
    -------
    DataFrame
        Columns in the recipe's order: `normal` and `uniform` float32, `binary` bool, `poisson` int16, `category` and
        `ordered` categorical. ``attrs["synthetic"]`` is True.

    Raises
    ------
    CheckFailed
        For a faulty recipe.
    UsageError
        When a count does not fit into its column; `WrongArguments` for a wrong `seed` or `cases`, as `simulate`.

    Notes
    -----
    A yes falls where ``u (1 + exp(-eta)) < 1``, with u uniform: the same as ``u < expit(eta)``. Uniform numbers have
    24 bits, so chances are met to within 6e-8; for rarer events use `simulate`. The weights of the recipe are the true
    log odds ratios (logarithms of rate ratios for counts). Checked: those recovered by regression, shares by hand.
    """
    arguments(whole("seed", seed, 0), whole("cases", 1 if cases is None else cases, 1))
    chosen = recipe if isinstance(recipe, FlatRecipe) else load_flat_recipe(recipe)
    made = drawn(chosen.columns, Streams(int(seed)), cases or chosen.cases)
    frame = pd.DataFrame({name: _shown(column, made[name]) for name, column in chosen.columns.items()}, copy=False)
    frame.attrs = {"synthetic": True, "recipe": chosen.name, "seed": int(seed), "parameter_hash": chosen.parameter_hash}
    return frame


def write_flat(
    recipe: str | Path | FlatRecipe,
    folder: str | Path,
    *,
    seed: int,
    cases: int | None = None,
    format: storage.Format = "parquet",
    force: bool = False,
) -> Path:
    """Write the table of `flat` into `folder` with its description and the synthetic mark; ids prove it synthetic.

    Raises
    ------
    CheckFailed, UsageError
        As `flat`; `target_exists` when the folder is there and `force` is not given.
    """
    arguments(whole("seed", seed, 0), whole("cases", 1 if cases is None else cases, 1))
    if Path(folder).exists() and not force:
        raise UsageError("target_exists", target=Path(folder).name)
    chosen = recipe if isinstance(recipe, FlatRecipe) else load_flat_recipe(recipe)
    frame = flat(chosen, seed=seed, cases=cases)
    frame.index = columns.ids(chosen.parameter_hash, "case", len(frame), CASES.key)
    about = {
        "parameter_hash": chosen.parameter_hash,
        "seed": int(seed),
        "cases": len(frame),
        "parameters": chosen.plain,
    }
    facts = {"name": chosen.name, "version": provenance.package_version(), "flat_recipe": about}
    return storage.write_tables(Path(folder), {_TABLE: frame}, facts, format=format, synthetic=True, force=force)


def _shown(column: Column, values: Anything) -> Any:
    if not column.names:
        return values
    kind = pd.CategoricalDtype(list(column.names), ordered=isinstance(column, Ordered))
    return pd.Categorical.from_codes(values, dtype=kind)
