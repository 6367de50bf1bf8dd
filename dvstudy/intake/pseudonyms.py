"""Replacing direct identifiers by codes that only the holder of a key can make again."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from base64 import b32encode
from collections.abc import Collection
from pathlib import Path
from typing import Final

import pandas as pd

from dvstudy import writing
from dvstudy.checks import nearest, read_text_file
from dvstudy.errors import Problem, Problems, UsageError
from dvstudy.intake.table import read_table

#: Characters of a code: 60 bits, so that two persons of a country's files do not share one by chance.
_LENGTH: Final = 12
_KEY_BYTES: Final = 32
_KEY_FILE: Final = 4096
_HEX: Final = re.compile("(?:[0-9a-fA-F]{2})+")


def pseudonymise(
    path: str | Path,
    out: str | Path,
    *,
    columns: Collection[str],
    key: str | Path,
    drop: Collection[str] = (),
    sheet: str | None = None,
    force: bool = False,
) -> Path:
    """Write a copy of a file in which the named columns hold codes instead of what identified somebody.

    Parameters
    ----------
    path, sheet
        A file that `read_table` reads.
    out
        CSV to write. The file read is never changed.
    columns
        Columns to replace. Equal cells (outer spaces aside) get equal codes, so that files which share a key still
        match; empty cells stay empty. In the other columns a cell that a spreadsheet would run as a formula gets an
        apostrophe before it.
    key
        File of the key, made when it does not exist. Whoever holds it can make the codes again from names, so it must
        not lie in a folder with the data, and must never be sent with them.
    drop
        Columns to leave out.

    Raises
    ------
    UsageError
        When `out` exists and `force` is not given, `out` is the file read, or the key lies beside the data.
    CheckFailed
        Columns that the file does not have (with the nearest), and whatever `read_table` finds.

    Notes
    -----
    The code is the first 60 bits of HMAC-SHA256 of the cell under the key. Pseudonymous data are still personal data.
    """
    path, out, key = Path(path), Path(out), Path(key)
    if out.resolve() == path.resolve():
        raise UsageError("target_is_input", target=out.name)
    writing.check(out, force=force)
    if key.resolve().parent in (path.resolve().parent, out.resolve().parent):
        raise UsageError("key_beside_data", key=key.name)
    table = read_table(path, sheet=sheet)
    _check(table, path.name, [*columns, *drop])
    secret = _secret(key)
    kept = table.drop(columns=list(drop))
    coded = kept.assign(**{n: kept[n].map(lambda cell: _code(secret, cell)) for n in columns if n not in drop})
    return writing.put(out, writing.csv_text(coded), force=force)


def _check(table: pd.DataFrame, subject: str, columns: Collection[str]) -> None:
    titles = [str(c) for c in table.columns]
    found = Problems(subject)
    for name in dict.fromkeys(columns):
        if name not in titles:
            found.add(Problem("frame_no_column", subject, name, tuple(titles), nearest(name, titles)))
    found.stop()


def _secret(key: Path) -> bytes:
    """The key of a file, made with permissions for its owner alone when there is none."""
    if key.exists():
        secret = read_text_file(key, most=_KEY_FILE).strip()
        if len(secret) < 2 * _KEY_BYTES or not _HEX.fullmatch(secret):
            raise UsageError("key_too_short", key=key.name)
        return bytes.fromhex(secret)
    key.parent.mkdir(parents=True, exist_ok=True)
    made = secrets.token_bytes(_KEY_BYTES)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as target:
        target.write(made.hex() + "\n")
    return made


def _code(secret: bytes, cell: str) -> str:
    bare = cell.strip()
    if not bare:
        return ""
    digest = hmac.new(secret, bare.encode("utf-8"), hashlib.sha256).digest()
    return f"P{b32encode(digest).decode('ascii')[:_LENGTH]}"
