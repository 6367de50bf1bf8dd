"""Random numbers by name: each component has its own stream, so adding one leaves the others as they were."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Streams:
    """Children of one seed, keyed by the SHA-256 of their name; `above` goes before every name."""

    seed: int
    above: str = ""

    def of(self, name: str) -> np.random.Generator:
        """A fresh generator for the component `name`; the same name always gives the same numbers."""
        key = int.from_bytes(hashlib.sha256(f"{self.above}{name}".encode()).digest()[:16], "big")
        return np.random.default_rng(np.random.SeedSequence(self.seed, spawn_key=(key,)))

    def uniform(self, name: str, n: int) -> Floats:
        return self.of(name).random(n)

    def normal(self, name: str, n: int) -> Floats:
        return self.of(name).standard_normal(n)

    def gamma(self, name: str, shape: float, n: int) -> Floats:
        return self.of(name).standard_gamma(shape, n)
