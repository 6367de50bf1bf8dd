"""A commented definition to start from."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from dvstudy import writing
from dvstudy.errors import UsageError

_CODE = re.compile(r"[a-z][a-z0-9_]*")


def new(name: str, path: Path | str, *, force: bool = False) -> Path:
    """Write a definition file for an instrument called `name`, with comments that say what each part is for.

    The file passes `scoring.checker.problems` as it stands; its items and rule are invented and marked unverified.

    Raises
    ------
    UsageError
        When `name` is no code (small letters, digits and underscores, a letter first), or the file exists and `force`
        is not given.
    """
    path = Path(path)
    if not _CODE.fullmatch(name):
        raise UsageError("not_a_code", found=name)
    text = files("dvstudy.instruments").joinpath("template.toml").read_text("utf-8")
    return writing.put(path, text.replace("__ID__", name), force=force)
