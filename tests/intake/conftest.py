from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from dvstudy import language
from dvstudy.errors import CheckFailed, Problem

ITEMS = [f"q{k:02d}" for k in range(1, 22)]
Write = Callable[..., Path]
Faults = Callable[..., tuple[Problem, ...]]


@pytest.fixture
def forms_file(tmp_path: Path) -> Write:
    """Writes a file of order146 forms, all answers "nu"; `cells` puts (spreadsheet row, column) -> text."""

    def write(
        cells: Mapping[tuple[int, str], str] | None = None,
        *,
        n: int = 40,
        columns: Sequence[str] = ("case_id", *ITEMS),
        name: str = "forms.csv",
    ) -> Path:
        rows = [{c: f"C{k:03d}" if c == "case_id" else "nu" for c in columns} for k in range(1, n + 1)]
        for (row, column), text in (cells or {}).items():
            rows[row - 2][column] = text
        lines = [";".join(columns), *(";".join(row[c] for c in columns) for row in rows)]
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def faults() -> Faults:
    """Runs a call that must fail; returns its problems once every language can say all of them."""

    def run(call: Callable[..., Any], *args: Any, **options: Any) -> tuple[Problem, ...]:
        with pytest.raises(CheckFailed) as caught:
            call(*args, **options)
        said = {one: caught.value.text(one) for one in language.languages()}
        assert not any("{" in text for text in said.values())
        assert len(set(said.values())) == len(said)
        return caught.value.problems

    return run
