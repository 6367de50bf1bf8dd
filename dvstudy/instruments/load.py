"""Finding and reading definition files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from dvstudy.checks import nearest, read_toml, read_toml_file, validated
from dvstudy.errors import CheckFailed, Problem, Problems
from dvstudy.instruments import rules
from dvstudy.instruments.model import CHECKED, Definition, Instrument
from dvstudy.instruments.parameters import resolved
from dvstudy.instruments.partial import readable

_DEFINITIONS = "dvstudy.instruments.definitions"


@cache
def available() -> tuple[str, ...]:
    """Ids of the instruments that ship with the package, in alphabetical order."""
    found = (f.name for f in files(_DEFINITIONS).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@cache
def scorable() -> tuple[str, ...]:
    """Ids of the shipped instruments whose rule is known; the others need an overlay before they can be scored."""
    return tuple(name for name in available() if load(name).rule.known)


def load(name: str | Path, *, parameters: Mapping[str, int] | None = None) -> Instrument:
    """The instrument called `name`, or the one defined in a file.

    Parameters
    ----------
    name
        An id from `available()`, or the path of a definition file (ending in ``.toml``): a team's own copy of an
        official form replaces the shipped one this way, without touching code.
    parameters
        Thresholds that local practice sets (`instrument.parameters`); those not given keep the file's own value, or
        are left out where the file says that they are not used by default.

    Raises
    ------
    CheckFailed
        Listing every fault of the file, or the instruments that exist when `name` is none of them.
    """
    if isinstance(name, Path) or name.endswith(".toml"):
        path = Path(name)
        return resolved(define(read_toml_file(path), path.name), parameters)
    return resolved(_shipped(name), parameters) if parameters else _settled(name)


def define(raw: Mapping[str, Any], subject: str) -> Instrument:
    """The instrument that the parsed content of a definition file describes.

    Raises
    ------
    CheckFailed
        Listing every fault of shape (unknown and missing keys, wrong types) and, among the parts that can be read,
        every broken rule; `subject` names the file in each place.
    """
    found = Problems(subject)
    unread: dict[str, list[str]] = {}
    try:
        whole = validated(Definition, raw, subject)
    except CheckFailed as fault:
        found.extend(fault.problems)
        whole, unread = readable(raw)
    found.extend(replace(p, place=f"{subject} → {p.place}") for p in rules.problems(whole, unread))
    found.stop()
    return Instrument.model_validate(raw, context=CHECKED)


@cache
def _shipped(name: str) -> Instrument:
    if name not in available():
        problem = Problem("unknown_instrument", found=name, allowed=available(), nearest=nearest(name, available()))
        raise CheckFailed(name, [problem])
    source = files(_DEFINITIONS).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return define(read_toml(source, f"{name}.toml"), f"{name}.toml")


@cache
def _settled(name: str) -> Instrument:
    return resolved(_shipped(name))
