"""bootstrap.py: the first file a newcomer runs, by `make` or by itself."""

from __future__ import annotations

import ast
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

RULE = re.compile(r"^([a-z][a-z ]*):", re.MULTILINE)


@pytest.fixture
def bootstrap(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as a module; its environment and stamp lie in a folder of the test."""
    spec = spec_from_file_location("bootstrap_under_test", root / "bootstrap.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "STAMP", tmp_path / ".installed")
    return module


def stub_steps(module: ModuleType, monkeypatch: pytest.MonkeyPatch, well: Callable[[str], bool]) -> list[str]:
    """Replace the steps by ones that run nothing and answer `well`; returns the list of what was asked for."""
    asked: list[str] = []

    def step(words: str, *commands: Any) -> bool:
        asked.append(words)
        return well(words)

    monkeypatch.setattr(module, "step", step)
    return asked


def test_an_older_python_can_read_the_file(root: Path) -> None:
    ast.parse((root / "bootstrap.py").read_text("utf-8"), feature_version=(3, 6))


def test_an_older_python_is_told_so(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    said = bootstrap.main("test")
    assert "3.11 or newer, not 3.9" in said
    assert "PYTHON=" in said


def test_an_unknown_job_lists_those_there_are(root: Path) -> None:
    run = subprocess.run(
        [sys.executable, root / "bootstrap.py", "tset"], capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 1
    assert "study | test" in run.stderr


def test_packages_are_installed_once_for_one_lock(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = stub_steps(bootstrap, monkeypatch, lambda words: True)
    assert bootstrap.packages_stand()
    assert asked == ["fetch the installer uv", "install the packages"]
    assert bootstrap.packages_stand()
    assert len(asked) == 2
    bootstrap.STAMP.write_text("another lock")
    assert bootstrap.packages_stand()
    assert len(asked) == 4


@pytest.mark.parametrize("broken", ["fetch the installer uv", "install the packages"])
def test_pip_takes_over_when_uv_cannot_be_had_or_fails(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    asked = stub_steps(bootstrap, monkeypatch, lambda words: words != broken)
    assert bootstrap.packages_stand()
    assert asked[-1].startswith("install the packages with pip")
    assert bootstrap.STAMP.exists()


def test_a_failed_install_is_said_and_tried_again_next_time(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_steps(bootstrap, monkeypatch, lambda words: False)
    monkeypatch.setattr(bootstrap, "environment_stands", lambda version: True)
    assert "package index" in bootstrap.main("test")
    assert not bootstrap.STAMP.exists()


def test_options_reach_the_last_command_and_the_first_failure_stops(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "environment_stands", lambda version: True)
    monkeypatch.setattr(bootstrap, "packages_stand", lambda: True)
    called: list[list[str]] = []

    def run(command: list[Any]) -> int:
        called.append([str(part) for part in command])
        return 3 if "format" in called[-1] else 0

    monkeypatch.setattr(bootstrap, "run", run)
    assert bootstrap.main("study", "--report", "ro") == 0
    assert called.pop()[1:] == ["-m", "dvstudy", "study", "--report", "ro"]
    assert bootstrap.main("check") == 3
    assert [command[2] for command in called] == ["ruff", "ruff"]


@pytest.mark.skipif(os.name == "nt", reason="groups of processes are another matter there")
def test_ctrl_c_leaves_the_job_the_time_to_clear_up(root: Path, tmp_path: Path) -> None:
    job = "import pathlib, time\ntry:\n    print('begun', flush=True); time.sleep(60)\n"
    job += f"except KeyboardInterrupt:\n    time.sleep(2); pathlib.Path({str(tmp_path / 'cleared')!r}).touch(); exit(7)"
    script = "import bootstrap, signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    script += f"print(bootstrap.run([sys.executable, '-c', {job!r}]))"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read() == "7\n"
    assert (tmp_path / "cleared").exists()


def test_a_step_shows_its_time_and_what_a_failed_command_said(
    bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.step("count", [sys.executable, "-c", "print('hidden')"])
    assert re.fullmatch(r"count \.\.\. \d+\.\d s\n", capsys.readouterr().out)
    assert not bootstrap.step("count", [sys.executable, "-c", "import sys; sys.exit('no such host')"])
    shown = capsys.readouterr()
    assert "failed" in shown.out
    assert "no such host" in shown.err


def test_a_missing_environment_is_made_and_a_working_one_kept(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = stub_steps(bootstrap, monkeypatch, lambda words: True)
    here = "{}.{}".format(*sys.version_info)
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "nothing")
    assert bootstrap.environment_stands(here)
    assert asked == [f"make .venv for Python {here}"]
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    assert bootstrap.environment_stands(here)
    assert len(asked) == 1
    assert bootstrap.environment_stands("3.99")
    assert asked[1:] == ["make .venv for Python 3.99"]


def test_every_job_has_a_make_target(root: Path, bootstrap: ModuleType) -> None:
    targets = {t for rule in RULE.findall((root / "Makefile").read_text("utf-8")) for t in rule.split()}
    assert set(bootstrap.JOBS) <= targets
