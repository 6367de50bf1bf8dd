"""Synthetic cohorts with known truth: recipe and seed in, Cohort out. See ``docs/cohorts.md``."""

from dvstudy.cohorts.calibrate import Calibrated, calibrate
from dvstudy.cohorts.chunks import read_years, write_years
from dvstudy.cohorts.describe import describe
from dvstudy.cohorts.flat import flat, write_flat
from dvstudy.cohorts.flat_recipe import flat_recipes, load_flat_recipe
from dvstudy.cohorts.graph import causal_graph
from dvstudy.cohorts.recipe import Recipe, load_recipe, recipes
from dvstudy.cohorts.recipe_file import write_recipe
from dvstudy.cohorts.ship import SHIPPED, ship
from dvstudy.cohorts.simulate import calibration, simulate

__all__ = [
    "SHIPPED",
    "Calibrated",
    "Recipe",
    "calibrate",
    "calibration",
    "causal_graph",
    "describe",
    "flat",
    "flat_recipes",
    "load_flat_recipe",
    "load_recipe",
    "read_years",
    "recipes",
    "ship",
    "simulate",
    "write_flat",
    "write_recipe",
    "write_years",
]
