"""A simulated team: fills a form at random, in the exported form's own terms, and hands back its file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dvstudy.instruments import Instrument
from dvstudy.scoring import as_answers


def random_answers(instrument: Instrument, n: int = 60, seed: int = 8) -> pd.DataFrame:
    """Forms with every answer and reason, some nearly complete; pairs that exclude each other are never both yes, and
    the second of a pair is no when the first is yes."""
    rng = np.random.default_rng(seed)
    columns = {}
    share = rng.uniform(0, 0.6, n)
    for item in instrument.item_ids:
        chosen = instrument.answer_set(item)
        given = rng.choice(chosen.codes, n)
        columns[item] = np.where(rng.random(n) < share, rng.choice(chosen.missing, n), given).astype(object)
    for first, second in instrument.excludes:
        columns[second] = np.where(columns[first] == "yes", "no", columns[second])
    ids = pd.Index([f"K{k:04d}" for k in range(n)], name="case_id")
    return as_answers(pd.DataFrame(columns, index=ids), instrument)


class Form:
    """A form program: keeps what is entered, hides what is not relevant, calculates."""

    def __init__(self, calculations: Mapping[str, str], relevant: Mapping[str, str], python: Callable[[str], str]):
        self.calculations = {name: compile(python(one), name, "eval") for name, one in calculations.items()}
        self.relevant = {name: compile(python(one), name, "eval") for name, one in relevant.items()}

    def fill(self, entered: Mapping[str, str]) -> dict[str, Any]:
        """The stored form: entered values (as text), hidden ones emptied, calculated columns."""
        stored: dict[str, Any] = dict(entered)
        for name, condition in self.relevant.items():
            if not self._value(condition, stored):
                stored[name] = ""
        for name, formula in self.calculations.items():
            stored[name] = self._value(formula, stored)
        return stored

    @staticmethod
    def _value(code: Any, stored: Mapping[str, Any]) -> Any:
        return eval(code, {"__builtins__": {}}, {"v": stored, "choose": lambda c, a, b: a if c else b})


def as_python(formula: str) -> str:
    """A formula of REDCap or XLSForm as Python: the two share everything but the way a field is named."""
    named = re.sub(r"\$\{(\w+)\}|\[(\w+)\]", lambda m: f"v['{m[1] or m[2]}']", formula)
    compared = re.sub(r"(?<![<>!=])=(?!=)", "==", named.replace("<>", "!="))
    return re.sub(r"\bif\(", "choose(", compared)


def compared(stored: list[dict[str, Any]], names: Mapping[str, str], outcomes: Mapping[str, Mapping[str, str]]) -> Any:
    """What the form calculated, under the scorer's column names and with its codes; `outcomes` maps column -> stored
    code -> ours."""
    made = {}
    for ours, theirs in names.items():
        own = outcomes.get(ours, {})
        made[ours] = [own.get(str(form[theirs]), form[theirs]) for form in stored]
    return made


@pytest.fixture(scope="session")
def team() -> SimpleNamespace:
    return SimpleNamespace(answers=random_answers, Form=Form, python=as_python, compared=compared)
