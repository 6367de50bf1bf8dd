"""Intercepts: solved once in the reference population so that the margins hold, then used as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from dvstudy.cohorts.numeric import COARSE_HIGH, COARSE_LOW, HIGH, LOW, expit, logit, root, rounded
from dvstudy.cohorts.streams import Bools, Floats
from dvstudy.errors import UsageError


class Tuner(Protocol):
    """Gives the intercept called `name`: the one at which `expected` equals `target`.

    `coarse` is for an `expected` that counts simulated cases and so moves in small jumps. `ends`: targets that an
    infinite intercept meets exactly (0: the step is closed to all; 1: it is taken by all).
    """

    def find(
        self,
        name: str,
        expected: Callable[[float], float],
        target: float,
        *,
        coarse: bool = False,
        ends: tuple[float, ...] = (),
    ) -> float: ...


@dataclass(frozen=True)
class Fixed:
    """Intercepts that were solved before."""

    solved: Mapping[str, float]

    def find(
        self,
        name: str,
        expected: Callable[[float], float],
        target: float,
        *,
        coarse: bool = False,
        ends: tuple[float, ...] = (),
    ) -> float:
        return self.solved[name]


@dataclass
class Solving:
    """Solves each intercept when it is first needed (Brent); `ceiling` is the highest mean probability allowed, but for
    a step that may be taken by all.

    `find` raises `UsageError` (margins_contradict) when no intercept reaches the target: margins that contradict each
    other stop with a sentence, nothing is clipped.
    """

    ceiling: float
    solved: dict[str, float] = field(default_factory=dict)

    def find(
        self,
        name: str,
        expected: Callable[[float], float],
        target: float,
        *,
        coarse: bool = False,
        ends: tuple[float, ...] = (),
    ) -> float:
        if name not in self.solved:
            if target in ends and expected(end := logit(target)) == target:
                self.solved[name] = end
                return end
            low, high = (COARSE_LOW, COARSE_HIGH) if coarse else (LOW, HIGH)
            least, top = sorted((expected(low), expected(high)))
            most = max(least, (1 if 1 in ends else self.ceiling) * top)
            if not least < target < most:
                found = {"wanted": target, "low": least, "high": most}
                raise UsageError("margins_contradict", margin=name, **{k: rounded(v) for k, v in found.items()})
            self.solved[name] = root(lambda a: expected(a) - target, low, high, coarse=coarse)
        return self.solved[name]


def share(tuner: Tuner, name: str, predictor: Floats, where: Bools, target: float) -> Floats:
    """Probabilities expit(a + predictor) whose mean over the cases in `where` is `target`, from 0 to 1."""
    inside = predictor[where]
    a = tuner.find(name, lambda a: float(np.mean(expit(a + inside))) if len(inside) else target, target, ends=(0, 1))
    return expit(a + predictor)
