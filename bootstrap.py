"""The one way in: makes .venv, installs what requirements.lock names, runs a job. Needs only Python 3.11 or newer.

    python bootstrap.py study --report ro      the whole study; options as for `dvstudy study`
    python bootstrap.py test -k scoring        the tests; options as for pytest

`make` calls this file. Its syntax is that of Python 3.6, so that an older Python can say it is too old.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / ".installed"
LOCK = ["-r", ROOT / "requirements.lock"]
PACKAGE = ["--no-deps", "--no-build-isolation", "-e", ROOT]
PIP = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
UV = [PYTHON, "-m", "uv", "pip", "install", "--python", PYTHON]
# a file of tests stays in one process, so that what it makes once is made once
SHARED = ["-n", "auto", "--dist", "loadfile"]
JOBS = {
    "install": [],
    "study": [["-m", "dvstudy", "study"]],
    "test": [["-m", "pytest", *SHARED]],
    "proofs": [["-m", "pytest", "-m", "slow", *SHARED]],
    "lint": [["-m", "ruff", "check"], ["-m", "ruff", "format", "--check"]],
    "types": [["-m", "mypy"]],
    "layers": [["-c", "from importlinter.cli import lint_imports_command as check; check()"]],
    "bench": [[script] for script in sorted(ROOT.glob("bench/*.py"))],
    "lab": [["-m", "jupyterlab"]],
}
JOBS["check"] = JOBS["lint"] + JOBS["types"] + JOBS["layers"] + JOBS["test"]


def main(job="", *options):
    """Prepare .venv and run the job; the exit code, or the sentence that says why it could not be run."""
    version = "{}.{}".format(*sys.version_info)
    if sys.version_info < (3, 11):
        return f"dvstudy needs Python 3.11 or newer, not {version}. Name a newer one: make study PYTHON=python3.12"
    if job not in JOBS:
        return f"Say what to do: python bootstrap.py {' | '.join(JOBS)}"
    os.environ.update(UV_PYTHON_DOWNLOADS="never", UV_SYSTEM_CERTS="1", PYTHONUTF8="1")
    if not environment_stands(version):
        return "No environment could be made. On Debian and Ubuntu, install the package python3-venv."
    if not packages_stand():
        return "The packages could not be installed. Is the package index reachable from this machine?"
    commands = [[PYTHON, *command] for command in JOBS[job]]
    commands[-1:] = [[*last, *options] for last in commands[-1:]]
    return next((code for code in map(run, commands) if code), 0)


def environment_stands(version):
    """Whether .venv works with this version of Python, or could be made anew for it."""
    ask = f"import sys; sys.exit('{{}}.{{}}'.format(*sys.version_info) != '{version}')"
    make = [sys.executable, "-m", "venv", "--clear", VENV]
    return done([PYTHON, "-c", ask], shown=False) or step(f"make .venv for Python {version}", make)


def packages_stand():
    """Whether the packages are those of the lock; quick when neither it nor pyproject.toml has changed."""
    content = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "requirements.lock")]
    wanted = hashlib.sha256(b"".join([str(ROOT).encode(), *content])).hexdigest()
    if STAMP.exists() and STAMP.read_text() == wanted:
        return True
    by_uv = step("fetch the installer uv", [*PIP, "uv"]) and step("install the packages", UV + LOCK, UV + PACKAGE)
    if not by_uv and not step("install the packages with pip, which takes minutes", PIP + LOCK, PIP + PACKAGE):
        return False
    STAMP.write_text(wanted)
    return True


def step(words, *commands):
    """Whether all commands went well; says what is done and how long it took."""
    begun = time.time()
    print(words, end=" ... ", flush=True)
    well = all(done(command) for command in commands)
    print(f"{time.time() - begun:.1f} s" if well else "failed", flush=True)
    return well


def done(command, shown=True):
    """Whether the command went well; what it said is shown when it did not."""
    try:
        run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except OSError:
        return False
    if run.returncode and shown:
        sys.stderr.write("\n" + run.stdout.decode(errors="replace"))
    return run.returncode == 0


def run(command):
    """The exit code of a job. Ctrl-C reaches the job as well, which is given the time to clear up after itself."""
    with subprocess.Popen(command, cwd=ROOT) as job:
        while True:
            try:
                return job.wait()
            except KeyboardInterrupt:
                print("\nstopping ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
