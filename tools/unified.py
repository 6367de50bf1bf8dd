"""Write the united form that ships, from the definitions of its forms: `python tools/unified.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dvstudy.instruments import load, unify
from dvstudy.writing import toml_value

NAME, FORMS = "unified_ro", ("order146", "social_risk_sheet")
TARGET = Path(__file__).resolve().parents[1] / "dvstudy" / "instruments" / "definitions" / f"{NAME}.toml"
HEAD = f"""\
# Research proposal, not an official form. Made by tools/unified.py from {" and ".join(FORMS)}:
# change those, then run it again. Each reading is the rule of an old form over these questions.

"""


def content() -> str:
    """The whole file."""
    made = unify(*map(load, FORMS), name=NAME).instrument.model_dump(mode="json", exclude_defaults=True)
    return HEAD + "\n".join(lines(made)) + "\n"


def lines(whole: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """TOML: plain keys first, then tables, then lists of tables one element a block."""
    nested = {k: v for k, v in whole.items() if _listed(v) or (isinstance(v, dict) and k not in _INLINE)}
    yield from (f"{key} = {toml_value(value)}" for key, value in whole.items() if key not in nested)
    for key, value in nested.items():
        for part in value if isinstance(value, list) else [value]:
            head = f"{prefix}{key}"
            yield from ("", f"[[{head}]]" if isinstance(value, list) else f"[{head}]")
            yield from lines(part, f"{head}.")


_INLINE = ("title", "short_title", "label", "notice", "note", "licence", "training", "positive_label", "negative_label",
           "others", "answers", "expect", "counted", "weights")  # fmt: skip


def _listed(value: Any) -> bool:
    """A list of tables that is long enough to stand in blocks."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and not _short(value[0])


def _short(element: Mapping[str, Any]) -> bool:
    """An element that fits one line: a condition, an answer."""
    return set(element) in ({"branch", "score", "at_least"}, {"code", "score", "label"})


if __name__ == "__main__":
    TARGET.write_text(content(), "utf-8", newline="\n")
