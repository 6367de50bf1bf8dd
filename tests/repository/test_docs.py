"""The Python blocks of a page run in order, in one namespace, beside the examples; `# not run` leaves a block out."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

SLOW = pytest.mark.slow
PAGES = (
    "instruments",
    "exchange",
    "recovery",
    "thresholds",
    *(pytest.param(n, marks=SLOW) for n in ("cohorts", "evidence", "vignettes")),
)


def blocks(page: str) -> list[str]:
    found = re.findall(r"^```python\n(.*?)^```", page, flags=re.DOTALL | re.MULTILINE)
    return [block for block in found if not block.startswith("# not run")]


@pytest.mark.parametrize("name", PAGES)
def test_python_blocks_of_a_page_run(root: Path, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runnable = blocks((root / "docs" / f"{name}.md").read_text("utf-8"))
    assert runnable
    shutil.copytree(root / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {}
    for number, block in enumerate(runnable, start=1):
        exec(compile(block, f"docs/{name}.md, block {number}", "exec"), namespace)
