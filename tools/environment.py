"""environment.yml for people who use conda, made from pyproject.toml: `python tools/environment.py` writes it anew.

conda brings Python and the six packages a study team already knows; pip, inside it, brings this package and the rest.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FROM_CONDA = ("pandas", "scikit-learn", "statsmodels", "matplotlib", "jupyterlab", "pingouin")


def environment(pyproject: dict[str, Any]) -> str:
    """The text of environment.yml. The six have the same name and floor in both worlds."""
    project = pyproject["project"]
    floors = dict(dependency.split(">=") for dependency in project["dependencies"])
    return "\n".join(
        [
            "# Generated from pyproject.toml by tools/environment.py: change that file, then run `make environment`.",
            f"name: {project['name']}",
            "channels:",
            "  - conda-forge",
            "  - nodefaults",
            "dependencies:",
            f"  - python{project['requires-python']}",
            *(f"  - {name}>={floors[name]}" for name in FROM_CONDA),
            "  - pip",
            "  - pip:",
            "      - -e .[dev]",
            "",
        ]
    )


def main() -> None:
    """Write environment.yml."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (ROOT / "environment.yml").write_text(environment(pyproject), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
