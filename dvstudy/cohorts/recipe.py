"""Recipes: files of parameters, each with its name, range and source; a recipe may extend another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from dvstudy import evidence, provenance
from dvstudy.checks import nearest, read_toml, read_toml_file, validated
from dvstudy.cohorts import coherent, layers
from dvstudy.cohorts.process import Values
from dvstudy.errors import CheckFailed, Problem, Problems

BASE: Final = "base"
ASSUMPTION: Final = "assumption"
#: Kinds of the recipes of vignette panels and of registers.
PANEL: Final = "panel"
REGISTRY: Final = "registry"
KINDS: Final = ("cohort", PANEL, REGISTRY)
_HEAD: Final = ("name", "extends", "title", "kind", "set")


class Parameter(BaseModel):
    """A parameter as written: a value, or a ratio of two published figures; never without a source."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    value: Any = None
    ratio: list[str] | None = Field(default=None, min_length=2, max_length=2)
    range: list[float] | str
    symbol: str
    name: str
    source: str = ""

    def resolved(self) -> Any:
        return evidence.ratio(*self.ratio) if self.ratio else self.value

    @property
    def assumed(self) -> bool:
        """Whether nothing published stands behind it."""
        return self.origin().startswith(ASSUMPTION)

    def origin(self) -> str:
        """Where the number comes from: the source as written, or the figures behind a ratio."""
        parts = [f"{self.ratio[0]} / {self.ratio[1]}"] if self.ratio else []
        return "; ".join([*parts, *([self.source] if self.source else [])])


@dataclass(frozen=True, eq=False)
class Recipe:
    """A full set of parameters under a name.

    Two recipes with the same parameters are the same recipe. `settings` are typed; `parameters` says where each comes
    from; `changed` names those that differ from the base.
    """

    name: str
    title: str
    kind: str
    settings: Values
    parameters: Mapping[str, Parameter] = field(repr=False)
    changed: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and other.parameter_hash == self.parameter_hash

    def __hash__(self) -> int:
        return hash(self.parameter_hash)

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The parameters as nested plain values, as they go into a file and into the hash."""
        return {"name": self.name, "kind": self.kind, **self.settings.model_dump(mode="json", by_alias=True)}

    @cached_property
    def parameter_hash(self) -> str:
        """SHA-256 of all parameters: the key of the ids of every cohort made with them."""
        return provenance.parameter_hash(self.plain)

    @property
    def cases(self) -> int:
        """Cases of a cohort when the caller names no number; of a panel of vignettes, the vignettes."""
        sizes = self.settings
        return sizes.panel.cases if self.kind == PANEL else sizes.size.cases

    def at(self, path: str) -> Any:
        """The value of a parameter by its dotted path."""
        return layers.at(self.settings.model_dump(mode="json", by_alias=True), path)

    def changed_to(self, name: str, changes: Mapping[str, tuple[Any, str]]) -> Recipe:
        """This recipe under another name with other values: dotted path -> value and its source.

        Raises
        ------
        CheckFailed
            Listing unknown paths, values outside their domain and values that contradict each other.
        """
        plain = self.settings.model_dump(mode="json", by_alias=True)
        parameters, found = dict(self.parameters), Problems(name)
        for path, (value, source) in changes.items():
            _set(plain, parameters, path, {"value": value, "source": source}, name, found)
        values = _values(plain, parameters, name, found)
        changed = tuple(dict.fromkeys((*self.changed, *changes)))
        title = self.title if name == self.name else f"{self.title} ({name})"
        return Recipe(name, title, self.kind, values, parameters, changed)


def recipes() -> tuple[str, ...]:
    """Names of the recipes that ship with the package."""
    return tuple(sorted(_names("recipes") - {BASE}))


def load_recipe(name: str | Path) -> Recipe:
    """The recipe called `name`, or the one in a file ending in ``.toml``.

    A team's file needs `name`, `title`, ``extends = "base"`` (or another shipped recipe) and a table ``[set]`` of
    values to change (``[set.margins]``, ``form = 0.9``).

    Raises
    ------
    CheckFailed
        For an unknown name, the name of a flat recipe, a TOML fault; and, all at once, for what is missing at the head,
        an unknown parameter or published figure, a value outside its domain, parameters that contradict each other, a
        parameter without source.
    """
    data, subject, found = _written(name)
    chain = _chain(data, found)
    parameters, changed = _parameters(chain[-1], subject), list[str]()
    plain = layers.tree({path: p.resolved() for path, p in parameters.items()}) | _bank()
    for layer in reversed(chain[:-1]):
        own = layer.get("set", {})
        for path, given in layers.settings(own if isinstance(own, Mapping) else {}):
            _set(plain, parameters, path, given, str(layer.get("name", subject)), found)
            changed.append(path)
    values = _values(plain, parameters, subject, found)
    kind = next((str(layer["kind"]) for layer in chain if "kind" in layer), KINDS[0])
    return Recipe(str(data["name"]), str(data["title"]), kind, values, parameters, tuple(dict.fromkeys(changed)))


def _values(plain: Mapping[str, Any], parameters: Mapping[str, Parameter], subject: str, found: Problems) -> Values:
    """The typed parameters; CheckFailed with what was `found` before, what is outside its domain, and what
    contradicts itself, all at once."""
    values = found.kept(lambda: validated(Values, plain, subject))
    ends = {path: p.range[-1] for path, p in parameters.items() if isinstance(p.range, list)}
    found.extend(coherent.faults(values, subject) if values else ())
    found.extend(coherent.excess(values, ends, subject) if values else ())
    found.stop()
    assert values is not None
    return values


def _set(
    plain: dict[str, Any], parameters: dict[str, Parameter], path: str, given: Any, layer: str, found: Problems
) -> None:
    """Give a parameter, or one entry of it, the value of a layer, and say where that comes from."""
    subject = found.subject
    named = dict(given) if isinstance(given, Mapping) else {"value": given}
    base = next((p for p in (path, path.rpartition(".")[0]) if p in parameters), None)
    if isinstance(given, Mapping):
        about = {"range": "any", "symbol": "-", "name": path}
        made = found.kept(lambda: validated(Parameter, {**about, **named}, f"{subject} → {path}"))
        if made is None or not _figures_known(made, f"{subject} → {path}", found):
            return
        named = {"value": made.resolved(), "ratio": made.ratio, "source": made.source}
    problems = list(layers.put(plain, path, named["value"], subject))
    found.extend(problems)
    if problems or base is None:
        return
    old = parameters[base]
    origin = named.get("source") or ("" if named.get("ratio") else f"{ASSUMPTION}; set in the recipe {layer}")
    if base == path:
        update = {"value": named["value"], "ratio": named.get("ratio"), "source": origin}
    else:
        entry = path.removeprefix(f"{base}.")
        update = {"source": f"{old.source}; {entry}: {origin}"}
    parameters[base] = old.model_copy(update=update)


def _figures_known(parameter: Parameter, place: str, found: Problems) -> bool:
    """Whether the published figures behind a ratio are there; those that are not are problems of this place."""
    faults = Problems(place)
    for figure in parameter.ratio or ():
        faults.kept(partial(evidence.value, figure))
    found.extend(replace(problem, place=f"{place}.ratio") for problem in faults.found)
    return not faults.found


def _written(name: str | Path) -> tuple[dict[str, Any], str, Problems]:
    """The content of a recipe, its name in messages, and what is wrong at the head of a team's file."""
    if isinstance(name, Path) or (isinstance(name, str) and name.endswith(".toml")):
        data, subject = read_toml_file(Path(name)), Path(name).name
        if "columns" in data and not data.keys() & {"extends", "set"}:
            raise CheckFailed(subject, [Problem("recipe_is_flat", found=subject)])
        return data, subject, Problems(subject, list(_head_faults(data, subject)))
    subject = f"{name}.toml"
    if name not in (known := recipes()) and name != BASE:
        raise CheckFailed(str(name), [unknown(str(name), known, "flat_recipes", "recipe_is_flat")])
    return _shipped(name), subject, Problems(subject)


def unknown(name: str, known: tuple[str, ...], other: str, is_other: str) -> Problem:
    """The problem of a name that is none of the `known` ones: it is a recipe of the other kind, or of neither."""
    if name in _names(other):
        return Problem(is_other, found=name, allowed=known)
    return Problem("unknown_recipe", found=name, allowed=known, nearest=nearest(name, known))


def _chain(data: dict[str, Any], found: Problems) -> list[dict[str, Any]]:
    """The layers of a recipe, the base last. Where a file extends nothing that there is, the problem is added and its
    settings are held against the base."""
    if "extends" not in data:
        return [data] if data.get("name") == BASE else [data, _shipped(BASE)]
    parent, known = data["extends"], (BASE, *recipes())
    if isinstance(parent, str) and parent not in known:
        problem = Problem("recipe_extends", f"{found.subject} → extends", parent, known, nearest(parent, known))
        found.add(problem)
    return [data, *_chain(_shipped(parent if parent in known else BASE), found)]


def _shipped(name: str) -> dict[str, Any]:
    return read_toml(_folder("recipes").joinpath(f"{name}.toml").read_text("utf-8"), f"{name}.toml")


def _names(folder: str) -> set[str]:
    return {f.name.removesuffix(".toml") for f in _folder(folder).iterdir() if f.name.endswith(".toml")}


def _head_faults(data: dict[str, Any], subject: str) -> list[Problem]:
    """A team's file: it names itself, extends a shipped recipe, and sets values; nothing else."""
    found = [Problem("missing_key", subject, key) for key in ("name", "title", "extends") if key not in data]
    unknown = [key for key in data if key not in _HEAD]
    found += [Problem("unknown_key", subject, key, _HEAD, nearest(key, _HEAD)) for key in unknown]
    texts = [key for key in _HEAD[:-1] if not isinstance(data.get(key, ""), str)]
    found += [Problem("wants_text", f"{subject} → {key}", str(data[key])[:60]) for key in texts]
    if isinstance(kind := data.get("kind", KINDS[0]), str) and kind not in KINDS:
        found.append(Problem("not_one_of", f"{subject} → kind", kind, KINDS, nearest(kind, KINDS)))
    if not isinstance(data.get("set", {}), Mapping):
        found.append(Problem("wants_table", f"{subject} → set", str(data["set"])[:60]))
    return found


def _parameters(data: Mapping[str, Any], subject: str) -> dict[str, Parameter]:
    found = {path: validated(Parameter, leaf, f"{subject} → {path}") for path, leaf in layers.leaves(data)}
    missing = [Problem("no_source", subject, path) for path, p in found.items() if not p.origin()]
    if missing:
        raise CheckFailed(subject, missing)
    return found


def _bank() -> dict[str, Any]:
    facts, items = bank_file("facts"), bank_file("items")
    maps = {name: part for name, part in items.items() if name not in ("about", "follow_ups")}
    return {"facts": facts["facts"], "derived": facts["derived"], "items": maps, "follow_ups": items["follow_ups"]}


def bank_file(name: str) -> dict[str, Any]:
    """The content of one file of the bank (`facts`, `items`)."""
    return read_toml(_folder("bank").joinpath(f"{name}.toml").read_text("utf-8"), f"{name}.toml")


def _folder(name: str) -> Traversable:
    return files("dvstudy.cohorts").joinpath(name)
