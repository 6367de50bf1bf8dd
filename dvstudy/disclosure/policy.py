"""How small is too small, and how counts are rounded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

#: The least count that is ever shown of people who are real.
LEAST: Final = 10
_LEAST_DENOMINATOR: Final = 30
_LEAST_CLUSTERS: Final = 3
Counts = npt.ArrayLike
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Policy:
    """The limits in force: `threshold` for counts, `restricted` for data not proven synthetic."""

    threshold: int
    restricted: bool

    @property
    def denominator(self) -> int:
        """The least number of people a percentage may rest on, beyond `threshold`."""
        return _LEAST_DENOMINATOR if self.restricted else 0

    @property
    def clusters(self) -> int:
        """The least number of stations or raters behind a row: with fewer, one or two of them are the figure."""
        return _LEAST_CLUSTERS if self.restricted else 0

    def small(self, count: Counts) -> Flags:
        """Whether a number of people (a base, a part of it, or what is left of it) is too small; missing ones are not.

        Nobody at all is a finding that synthetic data may state; of real people "nobody" and "everybody" tell about
        each one, so in restricted mode zero is small too.
        """
        values = np.asarray(count, dtype=float)
        present = values > -0.5 if self.restricted else values > 1e-9
        return present & (values < self.threshold - 1e-9)

    def rounded(self, count: Counts) -> npt.NDArray[np.float64]:
        """Counts as they may be printed: as they are, or in restricted mode to 5 below 50 and to 10 from 50."""
        values = np.asarray(count, dtype=float)
        if not self.restricted:
            return values
        base = np.where(values < 50, 5.0, 10.0)
        nearest: npt.NDArray[np.float64] = np.floor(values / base + 0.5) * base
        return nearest


def policy(*, synthetic: bool, threshold: int = LEAST) -> Policy:
    """The limits for data that are proven synthetic, or are not.

    Synthetic data may be shown with a lower threshold, to teach what the rule does; for anything else `threshold`
    can only be raised.
    """
    return Policy(threshold if synthetic else max(threshold, LEAST), restricted=not synthetic)
