"""The published table of targets is what its script writes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dvstudy import evidence

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "calibration-tables.md"


def test_the_page_holds_every_recipe_and_no_margin_is_missed() -> None:
    text = PAGE.read_text("utf-8")
    for name in ("romania_2025", "romania_2023", "cluj_2022", "unified_parallel", "ngo_shelter"):
        part = text.split(f"## {name}\n")[1].split("\n## ")[0]
        rows = [line.split(" | ") for line in part.splitlines() if line.startswith("| ")][1:]
        assert len(rows) >= 30
        assert [row[0] for row in rows if row[4] != "yes"] == []


def test_soft_targets_stand_beside_rows_of_the_published_figures() -> None:
    part = PAGE.read_text("utf-8").split("## Soft targets\n")[1]
    printed = evidence.validation().set_index("row_id")["printed"]
    lines = [line for line in part.splitlines() if line.startswith("| ") and re.search(r"V\d{3}\)", line)]
    assert len(lines) >= 10
    for line in lines:
        cited = re.findall(r"(?:; |\| )([^|;]*?) \(\[[^)]*\)?[^;]*?, (V\d{3})\)", line)
        assert cited and all(printed[row] == said for said, row in cited), line
    missed = part.split("Further than")[1]
    assert "near-lethal repeat: AUC" in missed and "lower than published" in missed


@pytest.mark.slow
def test_the_page_is_what_the_script_writes(tmp_path: Path) -> None:
    out = tmp_path / "page.md"
    subprocess.run([sys.executable, str(ROOT / "tools" / "calibration.py"), "--out", str(out)], check=True)
    assert out.read_text("utf-8") == PAGE.read_text("utf-8")
