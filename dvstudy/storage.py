"""Tables in a folder that anyone can open: Parquet or CSV beside one datapackage.json (Frictionless).

The descriptor records every column's type, so that `read_tables` gives back exactly what `write_tables` was given.
A folder is written beside its target first and moved into place when complete: nothing is left half-written, and an
existing target is replaced only when the caller says so.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from dvstudy import writing
from dvstudy.errors import CheckFailed, Problem, UsageError
from dvstudy.provenance import digest

DESCRIPTOR: Final = "datapackage.json"
MARK: Final = "synthetic"
Format = Literal["parquet", "csv"]


def write_tables(
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    facts: Mapping[str, Any],
    *,
    format: Format = "parquet",
    synthetic: bool,
    force: bool = False,
) -> Path:
    """Write `tables` (name -> frame; a name may hold slashes) and their descriptor into `folder`.

    `facts` are further members of the descriptor. A named index becomes the leading columns. Synthetic tables carry
    a column ``synthetic`` and the mark in the file's own metadata. Columns hold text, numbers, flags or categories of
    text; anything else raises `TypeError`, since it would not come back as it was. In CSV an empty text comes back
    as missing, and a text that a spreadsheet would run as a formula stands behind an apostrophe, which reading takes
    away again.
    """
    folder = Path(folder)
    if folder.exists() and not force:
        raise UsageError("target_exists", target=folder.name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        resources = [_write_table(staging, name, frame, format, synthetic) for name, frame in tables.items()]
        descriptor = {**facts, "synthetic": synthetic, "resources": resources}
        (staging / DESCRIPTOR).write_text(json.dumps(descriptor, indent=1, ensure_ascii=False) + "\n", "utf-8")
        if folder.exists():
            shutil.rmtree(folder)
        staging.chmod(0o755)
        staging.rename(folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return folder


def read_tables(folder: Path) -> tuple[dict[str, pd.DataFrame], dict[str, Any]]:
    """The tables and the descriptor that `write_tables` left in `folder`; altered or absent files are reported."""
    folder = Path(folder)
    try:
        descriptor = json.loads((folder / DESCRIPTOR).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise CheckFailed(folder.name, [Problem("no_descriptor", place=folder.name, found=DESCRIPTOR)]) from None
    except (UnicodeDecodeError, json.JSONDecodeError) as fault:
        raise CheckFailed(folder.name, [Problem("bad_descriptor", place=DESCRIPTOR, found=str(fault))]) from None
    if not _ours(descriptor):
        raise CheckFailed(folder.name, [Problem("bad_descriptor", place=DESCRIPTOR, found="resources")])
    problems = [p for resource in descriptor["resources"] if (p := _altered(folder, resource)) is not None]
    if problems:
        raise CheckFailed(folder.name, problems)
    tables = {resource["name"]: _read_table(folder, resource) for resource in descriptor["resources"]}
    return tables, descriptor


def _write_table(root: Path, name: str, frame: pd.DataFrame, format: Format, synthetic: bool) -> dict[str, Any]:
    keys = [str(n) for n in frame.index.names if n is not None]
    flat = frame.reset_index() if keys else frame.reset_index(drop=True)
    fields = [_field(str(column), flat[column]) for column in flat.columns]
    if synthetic:
        flat = flat.assign(**{MARK: True})
        fields = [*fields, {"name": MARK, "type": "boolean"}]
    path = root / f"{name}.{format}"
    path.parent.mkdir(parents=True, exist_ok=True)
    if format == "csv":
        path.write_text(writing.csv_text(flat), "utf-8", newline="")
    else:
        _to_parquet(flat, path, synthetic)
    return {
        "name": name,
        "path": f"{name}.{format}",
        "format": format,
        "hash": f"sha256:{digest(path.read_bytes())}",
        "schema": {"fields": fields, "primaryKey": keys},
    }


def _to_parquet(frame: pd.DataFrame, path: Path, synthetic: bool) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    marked = {**(table.schema.metadata or {}), b"dvstudy_synthetic": str(synthetic).lower().encode()}
    pq.write_table(table.replace_schema_metadata(marked), path)


def _field(name: str, column: pd.Series) -> dict[str, Any]:
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        _insist_on_text(name, kind.categories)
        enum = list(kind.categories)
        return {"name": name, "type": "string", "constraints": {"enum": enum}, "ordered": bool(kind.ordered)}
    if pd.api.types.is_bool_dtype(kind):
        return {"name": name, "type": "boolean", "dtype": str(kind)}
    if pd.api.types.is_integer_dtype(kind):
        return {"name": name, "type": "integer", "dtype": str(kind)}
    if pd.api.types.is_float_dtype(kind):
        return {"name": name, "type": "number", "dtype": str(kind)}
    _insist_on_text(name, column)
    return {"name": name, "type": "string"}


def _insist_on_text(name: str, values: pd.Series | pd.Index) -> None:
    if (found := pd.api.types.infer_dtype(values, skipna=True)) not in ("string", "empty"):
        raise TypeError(f"{name}: {found} values cannot be stored as they are; make them text, numbers or flags")


def _ours(descriptor: object) -> bool:
    """Whether the descriptor lists resources as `write_tables` does, all inside their folder."""
    resources = descriptor.get("resources") if isinstance(descriptor, dict) else None
    return isinstance(resources, list) and all(
        isinstance(r, dict)
        and {"name", "path", "format", "hash", "schema"} <= r.keys()
        and r["path"] == f"{r['name']}.{r['format']}"
        and ".." not in Path(r["path"]).parts
        and not Path(r["path"]).is_absolute()
        for r in resources
    )


def _altered(folder: Path, resource: Mapping[str, Any]) -> Problem | None:
    path = folder / resource["path"]
    if not path.is_file():
        return Problem("file_missing", place=resource["path"])
    if resource["hash"] != f"sha256:{digest(path.read_bytes())}":
        return Problem("file_altered", place=resource["path"])
    return None


def _read_table(folder: Path, resource: Mapping[str, Any]) -> pd.DataFrame:
    path = folder / resource["path"]
    fields = resource["schema"]["fields"]
    if resource["format"] == "csv":
        text = [f["name"] for f in fields if f["type"] == "string"]
        frame = pd.read_csv(path, dtype=dict.fromkeys(text, "str"), keep_default_na=False, na_values=[""])
        frame = frame.rename(columns=writing.plain).assign(**{n: frame[n].map(writing.plain, "ignore") for n in text})
    else:
        frame = pd.read_parquet(path)
    typed = pd.DataFrame({f["name"]: _typed(frame[f["name"]], f) for f in fields if f["name"] != MARK})
    keys = resource["schema"]["primaryKey"]
    return typed.set_index(keys) if keys else typed


def _typed(column: pd.Series, field: Mapping[str, Any]) -> pd.Series:
    if "constraints" in field:
        kind = pd.CategoricalDtype(field["constraints"]["enum"], ordered=field["ordered"])
        return column.astype("object").where(column.notna(), None).astype(kind)
    return column.astype(field["dtype"]) if "dtype" in field else column.astype("str")
