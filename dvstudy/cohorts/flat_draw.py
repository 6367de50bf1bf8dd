"""How the columns of a flat table are drawn: in blocks, in single precision, each from its own random stream."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from dvstudy.cohorts.flat_columns import Binary, Category, Column, Normal, Ordered, Poisson, Uniform, weights
from dvstudy.cohorts.streams import Streams
from dvstudy.errors import UsageError

#: Rows drawn together: what they need stays in the cache of a core. The numbers do not depend on it.
_BLOCK: Final = 1 << 15
Small: TypeAlias = npt.NDArray[np.float32]
Anything: TypeAlias = npt.NDArray[Any]
_TYPES: Final[Mapping[type[Column], Any]] = {
    Normal: np.float32, Uniform: np.float32, Binary: np.bool_, Poisson: np.int16, Category: np.int8, Ordered: np.int8,
}  # fmt: skip


def drawn(columns: Mapping[str, Column], streams: Streams, n: int) -> dict[str, Anything]:
    """`n` values of every column; levels as numbers."""
    made: dict[str, Anything] = {}
    every = list[_Drawn]()
    for name, column in columns.items():
        every.append(_Drawn(name, column, streams, made, columns, n))
        made[name] = every[-1].out
    with np.errstate(over="ignore", invalid="ignore"):  # exp of a large number: the event is certain either way
        for start in range(0, n, _BLOCK):
            rows = slice(start, min(start + _BLOCK, n))
            for one in every:
                one.draw(rows)
    return made


class _Drawn:
    """One column as it fills up, block by block, from its own random numbers and the columns above it."""

    def __init__(
        self,
        name: str,
        column: Column,
        streams: Streams,
        above: Mapping[str, Anything],
        specified: Mapping[str, Column],
        n: int,
    ) -> None:
        self.name, self.column = name, column
        self.out: Anything = np.empty(n, dtype=_TYPES[type(column)])
        self.random = streams.of(f"flat/{name}")
        self.terms = [(above[key], np.float32(w)) for key, w in weights(column).items() if key in above]
        self.tables = [(above[key], table) for key, table in _tables(column, specified).items()]
        self.predictor, self.part, self.number = (np.empty(min(n, _BLOCK), np.float32) for _ in range(3))
        self.fixed = not weights(column)

    def draw(self, rows: slice) -> None:
        """Fill these rows."""
        out = self.out[rows]
        match self.column:
            case Normal(mean=mean, sd=sd):
                self.random.standard_normal(dtype=np.float32, out=out)
                out *= np.float32(sd)
                out += np.float32(mean) if self.fixed else self.eta(rows, mean)
            case Uniform(low=low, high=high):
                self.random.random(dtype=np.float32, out=out)
                out *= np.float32(high - low)
                out += np.float32(low)
            case Binary(intercept=intercept):
                number = self.uniform(len(out))
                number *= self.inverse(rows, intercept)
                np.less(number, 1, out=out)
            case Poisson(log_mean=log_mean):
                out[:] = self.counts(rows, log_mean)
            case Category(shares=shares):
                number = self.uniform(len(out))
                _add_up(out, (number >= np.float32(edge) for edge in np.cumsum(shares)[:-1]))
            case Ordered(cuts=cuts):
                number, eta = self.uniform(len(out)), self.eta(rows, 0)
                _add_up(out, (number * (np.exp(np.float32(cut) - eta) + np.float32(1)) < 1 for cut in cuts))

    def eta(self, rows: slice, intercept: float) -> Small:
        """Intercept and linear predictor."""
        m = rows.stop - rows.start
        eta, part = self.predictor[:m], self.part[:m]
        eta.fill(intercept)
        for values, weight in self.terms:
            eta += np.multiply(values[rows], weight, out=part)
        for codes, table in self.tables:
            eta += table.take(codes[rows], out=part, mode="clip")
        return eta

    def inverse(self, rows: slice, intercept: float) -> Small | np.float32:
        """1 + exp(-eta): a uniform number times this is below 1 with chance expit(eta)."""
        if self.fixed:
            return np.float32(1 + np.exp(-intercept))
        eta = self.eta(rows, intercept)
        np.negative(eta, out=eta)
        np.exp(eta, out=eta)
        eta += np.float32(1)
        return eta

    def uniform(self, m: int) -> Small:
        number: Small = self.random.random(dtype=np.float32, out=self.number[:m])
        return number

    def counts(self, rows: slice, log_mean: float) -> npt.NDArray[np.int64]:
        """Poisson counts, as long as they fit."""
        most = np.iinfo(np.int16).max
        mean = np.exp(self.eta(rows, log_mean).astype(np.float64))
        found = self.random.poisson(np.minimum(mean, most))
        if mean.max() >= most or found.max() > most:
            raise UsageError("flat_count_too_large", column=self.name, most=most)
        return found


def _tables(column: Column, specified: Mapping[str, Column]) -> dict[str, Small]:
    """Weights of the levels of each categorical predictor, in the order of its levels."""
    found: dict[str, Small] = {}
    for key, weight in weights(column).items():
        source, dot, level = key.partition(".")
        if dot:
            names = specified[source].names
            found.setdefault(source, np.zeros(len(names), np.float32))[names.index(level)] = weight
    return found


def _add_up(out: Anything, reached: Iterable[npt.NDArray[np.bool_]]) -> None:
    """How many of the edges each number has reached."""
    out.fill(0)
    for one in reached:
        out += one.view(np.int8)
