"""Where a number came from: versions, hashes, seeds; and the ids that prove a table synthetic."""

from __future__ import annotations

import hashlib
import hmac
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

_WATCHED: Final = ("numpy", "scipy", "pandas", "scikit-learn", "statsmodels", "pingouin", "matplotlib")
SYNTHETIC_PREFIX: Final = "SYN-"
_ID_DIGITS: Final = 16  # with 10, two of a million ids would be alike in one cohort of three


def package_version() -> str:
    """The installed version of dvstudy, or "unknown" when run from loose files."""
    try:
        return version("dvstudy")
    except PackageNotFoundError:
        return "unknown"


def environment() -> dict[str, str]:
    """Versions of dvstudy, Python and the packages that numbers depend on. Holds no machine or user name."""
    return {
        "dvstudy": package_version(),
        "python": platform.python_version(),
        **{name: version(name) for name in _WATCHED},
    }


def digest(data: bytes) -> str:
    """SHA-256 as hexadecimal text."""
    return hashlib.sha256(data).hexdigest()


def canonical(value: object) -> str:
    """JSON text that is the same for equal values: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def parameter_hash(parameters: Mapping[str, Any]) -> str:
    """Hash of a full parameter set; the key of a synthetic cohort's ids."""
    return digest(canonical(parameters).encode())


def fingerprint(frame: pd.DataFrame) -> str:
    """Hash of a table's content (values and names, not types): first 16 hexadecimal digits."""
    return digest(frame.to_csv().encode())[:16]


def synthetic_ids(key: str, kind: str, count: int) -> list[str]:
    """Ids that anyone holding the parameter hash can recompute: ``SYN-`` and an HMAC of the running number."""
    known = key.encode()
    marks = (hmac.digest(known, f"{kind}:{number}".encode(), "sha256").hex() for number in range(count))
    return [SYNTHETIC_PREFIX + mark[:_ID_DIGITS] for mark in marks]


def proven_synthetic(ids: Sequence[str], key: str, kind: str) -> bool:
    """Whether every id is one of the first `len(ids)` that this key makes: else the table is treated as real."""
    return len(ids) > 0 and set(ids) <= set(synthetic_ids(key, kind, len(ids)))
