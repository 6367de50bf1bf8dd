"""The FHIR R5 Questionnaire against the published structure: elements, required ones, code lists, its invariants."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dvstudy import exchange, instruments
from dvstudy.exchange import about
from dvstudy.instruments import Instrument

ASKED = [name for name in instruments.available() if instruments.load(name).items]
# https://hl7.org/fhir/R5/questionnaire.html: elements of the resource and of an item that the export may use
RESOURCE = {
    "resourceType", "id", "language", "url", "version", "name", "title", "status", "experimental", "subjectType",
    "description", "jurisdiction", "copyright", "copyrightLabel", "effectivePeriod", "item",
}  # fmt: skip
ITEM = {
    "linkId", "prefix", "text", "type", "enableWhen", "enableBehavior", "required", "repeats", "answerOption", "item",
}  # fmt: skip
TYPES = {
    "group", "display", "question", "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text",
    "url", "coding", "attachment", "reference", "quantity",
}  # fmt: skip
OPERATORS = {"exists", "=", "!=", ">", "<", ">=", "<="}


def made(instrument: Instrument, folder: Path, *languages: str) -> dict[str, Any]:
    path = folder / "form.json"
    exchange.write(instrument, path, "fhir", languages or None, force=True)
    return json.loads(path.read_text("utf-8"))


def items(parent: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in parent.get("item", []):
        yield item
        yield from items(item)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("name", ASKED)
def test_the_resource_has_the_published_shape(name: str, tmp_path: Path) -> None:
    instrument = instruments.load(name)
    one = made(instrument, tmp_path)
    assert {key.lstrip("_") for key in one} <= RESOURCE
    assert one["resourceType"] == "Questionnaire" and one["status"] == "draft" and one["experimental"] is True
    assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", one["id"])
    assert re.fullmatch(r"[A-Z]([A-Za-z0-9_]){0,254}", one["name"])
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", one["url"]) and one["version"] == instrument.version
    assert "112" in one["description"] and about.holder(instrument, "en") in one["copyright"]
    assert all(text.strip() == text and text for text in strings(one))
    assert "null" not in json.dumps(one) and [] not in one.values()


@pytest.mark.parametrize("name", ASKED)
def test_its_items_keep_the_published_rules(name: str, tmp_path: Path) -> None:
    instrument = instruments.load(name)
    one = made(instrument, tmp_path)
    every = list(items(one))
    ids = [i["linkId"] for i in every]
    assert len(set(ids)) == len(ids)  # que-2
    for item in every:
        assert {key.lstrip("_") for key in item} <= ITEM
        assert item["type"] in TYPES and len(item["linkId"]) <= 255
        if item["type"] == "group":
            assert item["item"]  # que-1a
        if item["type"] == "display":
            assert not {"item", "code", "required", "repeats", "readOnly"} & set(item)  # que-1c, 3, 6, 9
        if "answerOption" in item:
            assert item["type"] == "coding" and "answerValueSet" not in item  # que-4, que-5
            codings = [option["valueCoding"] for option in item["answerOption"]]
            assert len({(c["system"], c["code"]) for c in codings}) == len(codings)
            assert all(c["display"] for c in codings)
        for condition in item.get("enableWhen", []):
            assert condition["operator"] in OPERATORS
            assert ids.index(condition["question"]) < ids.index(item["linkId"])
            assert sum(key.startswith("answer") for key in condition) == 1
        assert len(item.get("enableWhen", [])) < 2 or item["enableBehavior"] in {"all", "any"}  # que-12
    questions = [i for i in every if i["type"] == "coding"]
    assert [q["linkId"] for q in questions] == list(instrument.item_ids)


@pytest.mark.parametrize("name", ASKED)
def test_every_text_has_its_romanian_beside_it(name: str, tmp_path: Path) -> None:
    instrument = instruments.load(name)
    one = made(instrument, tmp_path)
    for item in (one, *items(one)):
        field = "title" if item is one else "text"
        (found,) = item[f"_{field}"]["extension"]
        assert found["url"] == "http://hl7.org/fhir/StructureDefinition/translation"
        lang, content = found["extension"]
        assert lang == {"url": "lang", "valueCode": "ro"} and content["url"] == "content"
        if item.get("type") == "coding":
            assert content["valueString"] == instrument.words(item["linkId"], "ro", printed=True)


def test_the_period_in_force_is_that_of_the_act(tmp_path: Path) -> None:
    instrument = instruments.load("order146")
    one = made(instrument, tmp_path)
    assert one["effectivePeriod"] == {"start": "2018-12-28"}
    assert date.fromisoformat(one["effectivePeriod"]["start"]) == instrument.legal.valid_from
    assert one["jurisdiction"][0]["coding"][0]["code"] == "RO"
    lost = exchange.write(instruments.load("odara"), tmp_path / "odara.json", "fhir")
    assert "no_period" in {loss.code for loss in lost}
    assert "effectivePeriod" not in json.loads((tmp_path / "odara.json").read_text("utf-8"))


def test_the_worth_of_answers_travels(tmp_path: Path) -> None:
    one = made(instruments.load("sara_v2"), tmp_path, "ro")
    (question,) = [i for i in items(one) if i["linkId"] == "q01"]
    worth = {
        option["valueCoding"]["code"]: option["extension"][0]["valueDecimal"]
        for option in question["answerOption"]
        if "extension" in option
    }
    assert worth == {"absent": 0, "partial": 1, "present": 2}
    assert one["language"] == "ro" and "_title" not in one


def test_the_address_stays_the_same_when_the_version_changes(tmp_path: Path) -> None:
    instrument = instruments.load("lap")
    newer = instrument.model_copy(update={"version": "next"})
    first, second = (made(one, tmp_path) for one in (instrument, newer))
    assert first["url"] == second["url"] and first["version"] != second["version"]
