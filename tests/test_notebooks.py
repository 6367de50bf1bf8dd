"""Every notebook runs from top to bottom on the shipped cohort, unchanged, and holds no outputs in git."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from dvstudy.errors import DvstudyError
from dvstudy.render import notebooks

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_the_five_notebooks_are_there() -> None:
    assert [n.stem for n in NOTEBOOKS] == [
        "01_instruments",
        "02_cohort",
        "03_thresholds",
        "04_agreement",
        "05_unified_form",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_runs_to_the_end_and_ends_with_provenance(path: Path, tmp_path: Path) -> None:
    done = nbformat.read(notebooks.execute(path, tmp_path / path.name, {"LANGUAGE": "ro"}), as_version=4)
    code = [cell for cell in done.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    shown = str(code[-1].outputs)
    assert "pandas" in shown and "Date sintetice" in shown
    streams = [o for cell in code for o in cell.outputs if o.output_type == "stream" and o.name == "stderr"]
    assert streams == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_has_one_parameter_cell_and_computes_nothing_itself(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1 and "COHORT" in tagged[0].source
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    assert "import numpy" not in code and "import pandas" not in code
    assert all(not c.get("outputs") for c in notebook.cells)


def test_a_cell_that_fails_is_reported_with_the_notebooks_name(tmp_path: Path) -> None:
    broken = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    nbformat.write(broken, tmp_path / "broken.ipynb")
    with pytest.raises(DvstudyError, match=r"broken\.ipynb.*ZeroDivisionError"):
        notebooks.execute(tmp_path / "broken.ipynb", tmp_path / "out.ipynb", {})
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.skipif(os.name == "nt", reason="groups of processes are another matter there")
def test_ctrl_c_ends_the_kernel_and_is_passed_on(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    cell = f"import os, pathlib, time; pathlib.Path({str(begun)!r}).write_text(str(os.getpid())); time.sleep(60)"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), tmp_path / "slow.ipynb")
    script = "import signal, sys; from pathlib import Path; from dvstudy.render import notebooks\n"
    script += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    script += "try:\n    notebooks.execute(Path('slow.ipynb'), Path('out.ipynb'), {})\n"
    script += "except KeyboardInterrupt:\n    sys.exit(130)\n"
    run = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True)
    while not (begun.exists() and begun.read_text()):
        assert run.poll() is None
        time.sleep(0.1)
    os.killpg(run.pid, signal.SIGINT)
    assert (run.communicate(timeout=30)[1], run.returncode) == (b"", 130)
    with pytest.raises(ProcessLookupError):
        os.kill(int(begun.read_text()), 0)
    assert not (tmp_path / "out.ipynb").exists()


def test_only_parameters_that_the_notebook_has_are_replaced(tmp_path: Path) -> None:
    cell = nbformat.v4.new_code_cell("COHORT = 'a'  # comment\nOTHER = 1", metadata={"tags": ["parameters"]})
    show = nbformat.v4.new_code_cell("print(COHORT, OTHER)")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell, show]), tmp_path / "n.ipynb")
    done = notebooks.execute(tmp_path / "n.ipynb", tmp_path / "out.ipynb", {"COHORT": "b", "ABSENT": 3})
    assert nbformat.read(done, as_version=4).cells[1].outputs[0].text == "b 1\n"
