"""Columns of the written tables: categories, text, flags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from dvstudy import provenance
from dvstudy.cohorts.streams import Bools, Ints


def categorical(codes: Ints, names: Sequence[str]) -> pd.Categorical[int]:
    """Categories by number."""
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(list(names)))


def text(values: Iterable[object]) -> pd.api.extensions.ExtensionArray:
    """Text, as pandas stores it."""
    return pd.Series([str(v) for v in values], dtype="str").array


def flags(found: Bools | Ints, known: Bools | None = None) -> pd.arrays.BooleanArray:
    """Nullable booleans, empty where not known."""
    missing = np.zeros(len(found), bool) if known is None else ~known
    return pd.arrays.BooleanArray(np.asarray(found, dtype=bool), missing)


def ids(key: str, kind: str, count: int, name: str) -> pd.Index:
    """An index of `count` ids of this kind, provable with the parameter hash `key`."""
    return pd.Index(provenance.synthetic_ids(key, kind, count), dtype="str", name=name)
