from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path

from dvstudy.checks import validated
from dvstudy.intake import read_table
from dvstudy.intake.mapping import FolderMapping, FormsPart

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def test_the_examples_are_what_their_script_makes(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("make_forms", EXAMPLES / "make_forms.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.forms_file(tmp_path)
    script.cohort_files(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in EXAMPLES.rglob("*.csv")}
    assert made == kept


def test_the_example_of_forms_is_dirty_and_synthetic() -> None:
    raw = (EXAMPLES / "forms_60.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    table = read_table(EXAMPLES / "forms_60.csv")
    assert len(table) == 60
    assert table.iloc[:, 0].str.startswith("SYN-").all()
    written = set(table.iloc[:, 1:22].to_numpy().ravel())
    assert {"da", "DA", "Nu", "1", "0", "true", "", "ns/nr", "a refuzat", "nu știe", " nu", "x"} <= written
    assert "synthetic" in (EXAMPLES / "README.md").read_text("utf-8")


def test_the_mappings_shown_in_the_documentation_are_valid() -> None:
    shown = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "own-data.md").read_text("utf-8"), flags=re.DOTALL)
    forms, folder = (tomllib.loads(text) for text in shown)
    assert validated(FormsPart, forms, "forms").answers["99"] == "not_asked"
    assert validated(FolderMapping, folder, "folder").forms[0].rater_role == "police_officer"
