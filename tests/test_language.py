"""Catalogues that agree with each other and with the code; numbers and plurals as each language writes them."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from dvstudy import cohorts
from dvstudy import language as lang
from dvstudy.cohorts import parameter_words as words
from dvstudy.cohorts.recipe import bank_file

PACKAGE = Path(lang.__file__).parent
CODES = sorted(path.stem for path in (PACKAGE / "locale").glob("*.po"))
#: First argument of these calls -> the family of keys it belongs to.
FAMILIES = {
    "Problem": "problem",
    "DvstudyError": "error",
    "UsageError": "error",
    "Refused": "error",
    "Note": "note",
    "Statement": "say",
    "Section": "section",
    "progress": "step",
}


def catalogue(code: str) -> Catalog:
    with (PACKAGE / "locale" / f"{code}.po").open("rb") as source:
        return read_po(source, locale=code)


def messages(code: str) -> dict[str, Message]:
    return {key_of(m): m for m in catalogue(code) if m.id}


def key_of(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def placeholders(message: Message) -> set[str]:
    return {name for form in forms(message) for _, name, _, _ in Formatter().parse(form) if name is not None}


ENGLISH = messages(lang.BASE)


def in_recipe_files() -> dict[str, str]:
    """Keys of what English says in the recipe files, and other languages in their catalogue: key -> English."""
    recipes = [cohorts.load_recipe(name) for name in ("base", *cohorts.recipes())]
    names = {words.name_key(path): parameter.name for path, parameter in recipes[0].parameters.items()}
    sources = {p.source for recipe in recipes for p in recipe.parameters.values()}
    sources |= {bank_file(part)["about"]["source"] for part in ("facts", "items")}
    notes = {said for source in sources if (said := words.note(source)) and not said.startswith("set in the recipe")}
    titles = {recipe.title for recipe in recipes[1:]}
    found = {words.note_key(said): said for said in notes} | {words.title_key(said): said for said in titles}
    assert len(found) == len(notes) + len(titles), "two texts share a key"
    return names | found


IN_FILES = set(in_recipe_files())


@pytest.mark.parametrize("code", CODES)
class TestCatalogue:
    def test_holds_the_same_keys_as_english(self, code: str) -> None:
        found, wanted = set(messages(code)), set(ENGLISH) if code == lang.BASE else set(ENGLISH) | IN_FILES
        assert sorted(wanted - found) == [], f"missing in {code}"
        assert sorted(found - wanted) == [], f"only in {code}"

    def test_what_english_says_in_the_recipe_files_it_says_nowhere_else(self, code: str) -> None:
        assert not IN_FILES & set(ENGLISH)
        assert all(lang.has(key, code) == (code != lang.BASE) for key in IN_FILES)

    def test_holds_no_key_twice(self, code: str) -> None:
        content = (PACKAGE / "locale" / f"{code}.po").read_text("utf-8")
        counts = Counter(re.findall(r'^msgid "(.+)"$', content, flags=re.MULTILINE))
        assert [key for key, count in counts.items() if count > 1] == []

    def test_has_the_same_placeholders_as_english(self, code: str) -> None:
        found = messages(code)
        differing = [
            f"{key}: {sorted(placeholders(ENGLISH[key]))} / {sorted(placeholders(found[key]))}"
            for key in ENGLISH.keys() & found.keys()
            if placeholders(ENGLISH[key]) != placeholders(found[key])
        ]
        assert differing == []

    def test_placeholders_are_plain_names(self, code: str) -> None:
        for key, message in messages(code).items():
            for form in forms(message):
                for _, name, layout, conversion in Formatter().parse(form):
                    assert name is None or (name.isidentifier() and not layout and not conversion), key

    def test_has_no_empty_text_and_every_plural_form(self, code: str) -> None:
        count = catalogue(code).num_plurals
        for key, message in messages(code).items():
            assert all(form.strip() for form in forms(message)), key
            assert len(forms(message)) == (count if message.pluralizable else 1), key

    def test_is_plural_where_english_is(self, code: str) -> None:
        found = messages(code)
        assert [k for k in ENGLISH.keys() & found.keys() if ENGLISH[k].pluralizable != found[k].pluralizable] == []

    def test_nothing_is_left_marked_as_fuzzy(self, code: str) -> None:
        assert [key for key, message in messages(code).items() if message.fuzzy] == []

    def test_keys_are_symbolic(self, code: str) -> None:
        assert [key for key in messages(code) if not re.fullmatch(r"[a-z_]+(\.[a-z0-9_]+)+", key)] == []


def test_romanian_letters_have_a_comma_below_never_a_cedilla() -> None:
    content = (PACKAGE / "locale" / "ro.po").read_text("utf-8")
    assert re.findall(r"\w*[\u015e\u015f\u0162\u0163]\w*", content) == []


def test_romanian_numbers_have_a_decimal_comma() -> None:
    """A dot may stand only where the same text also shows the number with its comma (how to type a number)."""
    found = [
        f"{key}: {number}"
        for key, message in messages("ro").items()
        for form in forms(message)
        for number in re.findall(r"(?<![\d.])\d+\.\d+(?![\d.])", form)
        if number.replace(".", ",") not in form
    ]
    assert not found, "\n".join(found)


# what the code asks of the catalogues


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every call in the package: where it is, the last part of the name called, the call."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", called(node), node


def called(call: ast.Call) -> str:
    """The last part of the name called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def first(call: ast.Call) -> ast.expr | None:
    named = [k.value for k in call.keywords if k.arg in ("code", "key")]
    return call.args[0] if call.args else next(iter(named), None)


def asked() -> Iterator[tuple[str, str, ast.Call]]:
    """Where, key, call: for every call that names a key or a code outright."""
    for place, name, call in calls():
        code = literal(first(call))
        if code is None:
            continue
        if name in ("text", "plural", "has"):
            yield place, code, call
        elif name in FAMILIES:
            yield place, f"{FAMILIES[name]}.{code}", call


def test_every_key_that_the_code_names_is_in_the_catalogue() -> None:
    found = sorted({f"{key} ({place})" for place, key, call in asked() if key not in ENGLISH and called(call) != "has"})
    assert not found, "\n".join(found)


def test_every_text_in_the_code_that_looks_like_a_key_is_one() -> None:
    families = "|".join(sorted({key.partition(".")[0] for key in ENGLISH}))
    like_a_key = re.compile(rf"(?:{families})(?:\.[a-z0-9_]+)+(?<!\.toml)(?<!\.po)")
    found = [
        f"{node.value} ({path.relative_to(PACKAGE)}:{node.lineno})"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in whole_constants(ast.parse(path.read_text("utf-8")))
        if like_a_key.fullmatch(node.value) and node.value not in ENGLISH
    ]
    assert not found, "\n".join(found)


def whole_constants(tree: ast.AST) -> Iterator[ast.Constant]:
    """String constants, without the pieces of f-strings."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        elif not isinstance(node, ast.JoinedStr):
            yield from whole_constants(node)


def test_every_key_built_from_a_code_has_entries() -> None:
    """``text(f"axis.{kind}")``: some key must begin and end as the built one does, unless the code asks first."""
    built = [(place, call, call.args[0]) for place, _, call in calls() if call.args]
    keys = [(place, called(call), key) for place, call, key in built if isinstance(key, ast.JoinedStr)]
    asked_first = {ast.unparse(key) for _, name, key in keys if name == "has"}
    found = [
        f"{ast.unparse(key)} ({place})"
        for place, name, key in keys
        if name in ("text", "plural") and ast.unparse(key) not in asked_first
        if not any(re.fullmatch(pattern(key), known) for known in ENGLISH)
    ]
    assert not found, "\n".join(found)


def pattern(built: ast.JoinedStr) -> str:
    return "".join(re.escape(str(v.value)) if isinstance(v, ast.Constant) else ".+" for v in built.values)


def test_every_call_fills_the_placeholders_of_its_sentence() -> None:
    unfilled = [
        f"{place} {key}: {sorted(lacking)}"
        for place, key, call in asked()
        if key in ENGLISH
        and (given := names_given(call)) is not None
        and (lacking := placeholders(ENGLISH[key]) - given)
        and called(call) != "has"
    ]
    assert not unfilled, "\n".join(unfilled)


def names_given(call: ast.Call) -> set[str] | None:
    """Names of the values that the call hands over; None when it hands over a mapping made elsewhere."""
    name = called(call)
    if name in ("Note", "Statement"):
        values = next(
            (k.value for k in call.keywords if k.arg == "values"), call.args[1] if len(call.args) > 1 else None
        )
        if values is None:
            return set()
        return {str(literal(k)) for k in values.keys} if isinstance(values, ast.Dict) and all(values.keys) else None
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    if name == "Problem":
        values = next(
            (k.value for k in call.keywords if k.arg == "values"), call.args[5] if len(call.args) > 5 else None
        )
        pairs = values.elts if isinstance(values, ast.Tuple) else []
        if values is not None and not (pairs and all(isinstance(p, ast.Tuple) for p in pairs)):
            return None
        return {"found", "place"} | {str(literal(p.elts[0])) for p in pairs if isinstance(p, ast.Tuple)}
    return {str(keyword.arg) for keyword in call.keywords} | ({"n"} if name == "plural" else set())


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("templates/**/*.*")), ids=lambda path: path.name)
def test_every_key_that_a_template_names_is_in_the_catalogue(path: Path) -> None:
    families = "|".join(sorted({key.partition(".")[0] for key in ENGLISH}))
    named = re.findall(rf"""["']((?:{families})\.[a-z0-9_.]+[a-z0-9_])["']""", path.read_text("utf-8"))
    assert sorted(set(named) - set(ENGLISH)) == []


# numbers, plurals, lookups


@pytest.mark.parametrize(
    ("value", "decimals", "english", "romanian"),
    [
        (1234567.891, 2, "1,234,567.89", "1.234.567,89"),
        (1234, 0, "1,234", "1.234"),
        (0.5, 1, "0.5", "0,5"),
        (-3.14159, 3, "−3.142", "−3,142"),
        (0, 2, "0.00", "0,00"),
        (math.nan, 2, "—", "—"),
        (math.inf, 2, "∞", "∞"),
        (-math.inf, 0, "−∞", "−∞"),
    ],
)
def test_numbers(value: float, decimals: int, english: str, romanian: str) -> None:
    assert lang.number(value, "en", decimals=decimals) == english
    assert lang.number(value, "ro", decimals=decimals) == romanian


def test_a_number_that_rounds_to_zero_has_no_sign() -> None:
    assert lang.number(-0.001, "en") == "0.00"
    assert lang.percent(-0.00001, "en") == "0.0%"


@pytest.mark.parametrize(
    ("value", "decimals", "english", "romanian"),
    [
        (0.1234, 1, "12.3%", "12,3\u00a0%"),
        (1, 0, "100%", "100\u00a0%"),
        (12.5, 1, "1,250.0%", "1.250,0\u00a0%"),
        (-0.05, 0, "−5%", "−5\u00a0%"),
        (math.nan, 1, "—", "—"),
    ],
)
def test_percentages(value: float, decimals: int, english: str, romanian: str) -> None:
    assert lang.percent(value, "en", decimals=decimals) == english
    assert lang.percent(value, "ro", decimals=decimals) == romanian


@pytest.mark.parametrize(
    ("n", "form"),
    [(0, 1), (1, 0), (2, 1), (19, 1), (20, 2), (100, 2), (101, 1), (119, 1), (120, 2), (1000, 2), (1001, 1)],
)
def test_romanian_takes_de_from_twenty_on_and_not_after_one_hundred_and_one(n: int, form: int) -> None:
    assert catalogue("ro").plural_expr
    written = lang.plural("error.check_failed", "ro", n, subject="s")
    expected = forms(messages("ro")["error.check_failed"])[form]
    assert written == expected.format(n=lang.number(n, "ro", decimals=0), subject="s")


def test_a_key_without_romanian_text_falls_back_to_english(monkeypatch: pytest.MonkeyPatch) -> None:
    english = lang.text("cli.command", "en")
    monkeypatch.setattr(lang, "has", lambda key, language=lang.BASE: language == lang.BASE)
    assert lang.text("cli.command", "ro") == english
    assert lang.plural("error.check_failed", "ro", 1, subject="s") == lang.plural(
        "error.check_failed", "en", 1, subject="s"
    )


def test_an_unknown_key_or_language_is_an_error() -> None:
    with pytest.raises(lang.UnknownKey, match=r"no\.such\.key"):
        lang.text("no.such.key")
    with pytest.raises(lang.UnknownKey):
        lang.plural("no.such.key", "ro", 2)
    with pytest.raises(lang.UnknownLanguage, match="there are: en, ro"):
        lang.text("cli.command", "xx")
    assert not lang.has("no.such.key")


def test_base_language_comes_first() -> None:
    assert lang.languages()[0] == lang.BASE
    assert sorted(lang.languages()) == CODES


def test_whole_numbers_are_grouped_but_flags_and_text_stay() -> None:
    def fill(value: object, language: str) -> str:
        return lang.plural("error.check_failed", language, 12345, subject=value)

    assert "12,345 problems" in fill("s", "en")
    assert fill(2000, "ro").startswith("2.000")
    assert fill(True, "en").startswith("True")


def test_a_label_without_romanian_shows_its_english() -> None:
    assert lang.pick({"en": "a", "ro": "b"}, "ro") == "b"
    assert lang.pick({"en": "a"}, "ro") == "a"
    assert lang.pick({"en": "a", "ro": ""}, "ro") == "a"
