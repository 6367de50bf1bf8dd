"""The kinds of columns of a flat recipe: what each holds, and what can be wrong with it alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import Field

from dvstudy.cohorts.parameters import Positive, Section, Weights
from dvstudy.errors import Problem

#: Levels are stored as numbers of one byte.
Levels = Annotated[list[str], Field(min_length=2, max_length=127)]
#: How far from 1 the shares of a category may add up.
_ROUNDING: Final = 1 / 10**6


class Column(Section):
    """What every column says of itself; without a source of its own it has that of the recipe."""

    about: str
    source: str = ""

    def faults(self) -> Iterator[tuple[str, Problem]]:
        """What is wrong with this column alone: key and problem."""
        yield from ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the levels, where there are any."""
        return tuple(getattr(self, "levels", ()))


class Driven(Column):
    """A column with a linear predictor: `on` holds the weights of columns above, of a category those of its levels."""

    on: Weights = Field(default_factory=dict)


def weights(column: Column) -> Mapping[str, float]:
    """Weights of the columns that a column is drawn from; none where it has no linear predictor."""
    return column.on if isinstance(column, Driven) else {}


class Normal(Driven):
    """mean + linear predictor + sd times a standard normal number."""

    kind: Literal["normal"]
    mean: float
    sd: Positive


class Uniform(Column):
    """Any number between two others."""

    kind: Literal["uniform"]
    low: float
    high: float

    def faults(self) -> Iterator[tuple[str, Problem]]:
        if self.high <= self.low:
            yield "high", Problem("below_limit", found=str(self.high), values=(("limit", self.low),))


class Binary(Driven):
    """Yes or no; logit of the chance = intercept + linear predictor."""

    kind: Literal["binary"]
    intercept: float


class Poisson(Driven):
    """A count; logarithm of its mean = log_mean + linear predictor."""

    kind: Literal["poisson"]
    log_mean: float


class Category(Column):
    """One of several levels, with fixed shares."""

    kind: Literal["category"]
    levels: Levels
    shares: list[Positive]

    def faults(self) -> Iterator[tuple[str, Problem]]:
        yield from _twice(self.levels)
        yield from _count("shares", len(self.shares), len(self.levels))
        if abs((total := sum(self.shares)) - 1) > _ROUNDING:
            parts = tuple(zip(self.levels, self.shares, strict=False))
            yield "shares", Problem("target_parts", values=(("total", round(total, 6)), ("parts", parts)))


class Ordered(Driven):
    """One of several levels in order; logit of the chance to be above level j = linear predictor - cuts[j]."""

    kind: Literal["ordered"]
    levels: Levels
    cuts: list[float]

    def faults(self) -> Iterator[tuple[str, Problem]]:
        yield from _twice(self.levels)
        yield from _count("cuts", len(self.cuts), len(self.levels) - 1)
        if sorted(set(self.cuts)) != self.cuts:
            yield "cuts", Problem("flat_not_rising", found=", ".join(map(str, self.cuts)))


#: Kind, as a recipe writes it -> its class.
KINDS: Final[Mapping[str, type[Column]]] = MappingProxyType(
    {"normal": Normal, "uniform": Uniform, "binary": Binary, "poisson": Poisson, "category": Category,
     "ordered": Ordered}
)  # fmt: skip


def _twice(levels: list[str]) -> Iterator[tuple[str, Problem]]:
    for level in sorted({one for one in levels if levels.count(one) > 1}):
        yield "levels", Problem("repeated_name", found=level, values=(("n", levels.count(level)),))


def _count(key: str, found: int, needed: int) -> Iterator[tuple[str, Problem]]:
    if found != needed:
        yield key, Problem("flat_count", found=str(found), values=(("needed", needed),))
