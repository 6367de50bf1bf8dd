"""Small checks shared by everything that reads what a person wrote."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from numbers import Integral
from pathlib import Path
from typing import Any, Final, TypeVar

import tomli
from pydantic import BaseModel, ValidationError

from dvstudy import language as lang
from dvstudy.errors import CheckFailed, Problem, WrongArguments

Model = TypeVar("Model", bound=BaseModel)

#: What the library that checks shapes wanted, by the first word of its error type -> problem code.
_WANTED: Final = {
    "string": "wants_text", "int": "wants_whole_number", "float": "wants_number", "bool": "wants_true_or_false",
    "date": "wants_date", "dict": "wants_table", "model": "wants_table", "list": "wants_list", "tuple": "wants_list",
}  # fmt: skip
#: Limits in the context of such an error -> problem code.
_LIMITS: Final = {
    "ge": "below_limit", "gt": "below_limit", "le": "above_limit", "lt": "above_limit", "min_length": "too_short",
    "max_length": "too_long", "pattern": "wants_code",
}  # fmt: skip


#: A longer TOML file, a deeper one and a larger whole number are refused: no file of ours comes near them, and a parser
#: or an arithmetic that is led there would not come back.
_MOST_BYTES: Final = 2**19
_DEEPEST: Final = 50
_LARGEST: Final = 2**31 - 1
#: Signs that no page and no workbook can hold.
_CONTROL: Final = re.compile("[\\0-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\ufffe\uffff]")
#: Zeros before the other digits of a number.
_LEADING: Final = re.compile(r"(?<!\d)0+(?=\d)", re.ASCII)
#: A longer word has no nearest spelling, and among more words none is sought.
_LONGEST_WORD, _MOST_WORDS = 100, 1000


def nearest(word: str, allowed: Collection[str]) -> str:
    """The closest allowed spelling, or an empty string when nothing is close; q5 is q05 before it is q15."""
    if len(word) > _LONGEST_WORD or len(allowed) > _MOST_WORDS:
        return ""
    by_folded = {a.casefold(): a for a in allowed}
    by_number = {_LEADING.sub("", folded): one for folded, one in reversed(by_folded.items())}
    if (bare := _LEADING.sub("", word.casefold())) in by_number:
        return by_number[bare]
    matches = get_close_matches(word.casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else ""


def arguments(*faults: Iterable[Problem]) -> None:
    """Raise `WrongArguments` with every fault of the arguments of one call, if there is any."""
    if found := [problem for one in faults for problem in one]:
        raise WrongArguments(found)


def whole(name: str, given: object, least: int) -> Iterator[Problem]:
    """The fault of an argument that is no whole number of at least `least`; a yes or no is no number."""
    if not isinstance(given, Integral) or isinstance(given, bool) or int(given) < least:
        yield Problem("argument_whole", name, _clip(given), values=(("least", least),))


def read_toml(source: str, subject: str) -> dict[str, Any]:
    """Parse TOML text; a syntax fault, a repeated key, a table too deep or a number too large becomes a `CheckFailed`
    naming `subject`."""
    if _long_key(source):
        raise CheckFailed(subject, [_too_deep(subject)])
    try:
        read = tomli.loads(source)
    except tomli.TOMLDecodeError as fault:
        raise CheckFailed(subject, [_toml_problem(str(fault), source, subject)]) from None
    except RecursionError:
        raise CheckFailed(subject, [_too_deep(subject)]) from None
    except ValueError:  # digits beyond what Python turns into a number
        raise CheckFailed(subject, [_unusable(subject)]) from None
    if found := [replace(p, place=f"{subject} → {p.place}" if p.place else subject) for p in _unreadable(read)]:
        raise CheckFailed(subject, found)
    return read


def _long_key(source: str) -> bool:
    """Whether a dotted key has too many parts: the parser's time grows with their square."""
    for line in source.splitlines():
        if line.count(".") > _DEEPEST and not line.lstrip().startswith("#"):
            bare = re.sub(r"\"[^\"]*\"|'[^']*'", "", line)
            if any(piece.count(".") > _DEEPEST for piece in re.split(r"[=,{}\[\]#]", bare)):
                return True
    return False


def _unreadable(read: dict[str, Any]) -> Iterator[Problem]:
    """Numbers and texts that nothing can be done with; a problem without a place, once, where tables are too deep."""
    waiting: list[tuple[str, int, object]] = [("", 0, read)]
    while waiting:
        path, depth, value = waiting.pop()
        if depth > _DEEPEST:
            yield _too_deep("")
            return
        if isinstance(value, dict | list):
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [(f"{path}.{key}" if path else str(key), depth + 1, one) for key, one in inner]
        elif isinstance(value, int | float) and not abs(value) <= _LARGEST:
            yield _unusable(path)  # what is not a number compares with nothing
        elif isinstance(value, str) and _CONTROL.search(value):
            yield Problem("toml_control", place=path)


def _too_deep(place: str) -> Problem:
    return Problem("toml_too_deep", place=place, values=(("limit", _DEEPEST),))


def _unusable(place: str) -> Problem:
    return Problem("toml_number", place=place, values=(("limit", _LARGEST),))


def _toml_problem(said: str, source: str, subject: str) -> Problem:
    """The fault by its kind and place; what the parser says is English and stays out."""
    repeated = re.search(r"overwrite|twice|already|Cannot declare|Cannot mutate", said)
    where = re.search(r"line (\d+), column (\d+)", said)
    if where is None and not repeated:
        return Problem("toml_unfinished", place=subject)
    last = source.splitlines() or [""]
    line, column = (int(where[1]), int(where[2])) if where else (len(last), len(last[-1]))
    values = (("line", line), ("column", column))
    return Problem("toml_repeated" if repeated else "toml_syntax", place=subject, values=values)


def read_toml_file(path: Path) -> dict[str, Any]:
    """Read a TOML file a person wrote; a missing file or a wrong encoding is reported like any other fault."""
    return read_toml(read_text_file(path, most=_MOST_BYTES), path.name)


def read_text_file(path: Path, *, most: int) -> str:
    """The text of a UTF-8 file of at most `most` bytes; `CheckFailed` when there is none or it cannot be read."""
    try:
        if path.exists() and not path.is_file():
            code = "table_is_folder" if path.is_dir() else "file_unreadable"
            raise CheckFailed(path.name, [Problem(code, place=path.name)])
        with path.open("rb") as source:
            content = source.read(most + 1)
        if len(content) > most:
            values = (("limit", most // 1024),)
            raise CheckFailed(path.name, [Problem("text_too_large", place=path.name, values=values)])
        return content.decode("utf-8-sig")
    except FileNotFoundError:
        raise CheckFailed(path.name, [Problem("file_missing", place=path.name)]) from None
    except UnicodeDecodeError as fault:
        problem = Problem("not_utf8", place=path.name, values=(("position", fault.start + 1),))
        raise CheckFailed(path.name, [problem]) from None
    except (OSError, ValueError):  # not allowed, or a name that no file can have
        raise CheckFailed(path.name, [Problem("file_unreadable", place=path.name)]) from None


def validated(model: type[Model], data: object, subject: str) -> Model:
    """`data` as `model`; every fault pydantic finds is listed with its path and the nearest known key."""
    try:
        return model.model_validate(data)
    except ValidationError as fault:
        raise CheckFailed(subject, [_problem(dict(e), model, subject) for e in fault.errors()]) from None


def _problem(error: dict[str, Any], model: type[BaseModel], subject: str) -> Problem:
    path = ".".join(str(part) for part in error["loc"])
    place = f"{subject} → {path}" if path else subject
    if error["type"] == "extra_forbidden":
        key = str(error["loc"][-1])
        known = _known_keys(model, error["loc"][:-1])
        return Problem("unknown_key", place=place, found=key, allowed=known, nearest=nearest(key, known))
    if error["type"] == "missing":
        return Problem("missing_key", place=place, found=str(error["loc"][-1]))
    found = _clip(error.get("input"))
    if error["type"] == "value_error":
        said = str(error["ctx"]["error"])  # a validator of ours: the code of a problem, or words
        return Problem(said, place, found) if lang.has(f"problem.{said}") else Problem("bad_value", place, said)
    if error["type"] == "literal_error":
        allowed = tuple(re.findall(r"'([^']*)'", str(error["ctx"]["expected"])))
        return Problem(
            "not_one_of", place=place, found=found, allowed=allowed, nearest=nearest(found.strip("'"), allowed)
        )
    limits = {name: value for name, value in error.get("ctx", {}).items() if name in _LIMITS}
    if limits:
        (name, limit), *_ = limits.items()
        return Problem(_LIMITS[name], place=place, found=found, values=(("limit", limit),))
    return Problem(_WANTED.get(error["type"].partition("_")[0], "bad_value"), place=place, found=found)


def _known_keys(model: type[BaseModel], path: tuple[Any, ...]) -> tuple[str, ...]:
    """Field names of the model that stands at `path` inside `model`; positions and keys of a mapping do not count."""
    current: Any = model
    for part in path:
        if _is_model(current) and part in current.model_fields:
            current = _inner_model(current.model_fields[part].annotation)
    return tuple(current.model_fields) if _is_model(current) else ()


def _inner_model(annotation: Any) -> Any:
    if _is_model(annotation):
        return annotation
    return next((m for arg in getattr(annotation, "__args__", ()) if (m := _inner_model(arg)) is not None), None)


def _is_model(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _clip(value: object, most: int = 60) -> str:
    shown = repr(value)
    return shown if len(shown) <= most else shown[: most - 1] + "…"
