"""A user's own licensed copy laid over a definition: complete, recorded, and never printed against the rights."""

from __future__ import annotations

from pathlib import Path

import pytest

from dvstudy import instruments, language
from dvstudy.errors import CheckFailed
from dvstudy.instruments.overlay import overlay

BASE = instruments.load("order146")
HEAD = f'instrument = "order146"\nversion = "{BASE.version}"\nentitlement = "Invented licence for this test"\n'


def written(folder: Path, body: str, head: str = HEAD) -> Path:
    path = folder / "own.toml"
    path.write_text(head + body, encoding="utf-8")
    return path


def wording(ids: tuple[str, ...] = BASE.item_ids, *, ro: str = "Text") -> str:
    return "".join(f'[wording.{i}]\nro = "{ro} {i}"\n' for i in ids)


def faults(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(CheckFailed) as caught:
        overlay("order146", path)
    for problem in caught.value.problems:
        assert all("{" not in problem.text(code) for code in language.languages())
    return [(p.code, p.found) for p in caught.value.problems]


def test_wording_is_for_the_screen_and_labels_stay_paraphrases(tmp_path: Path) -> None:
    laid = overlay(BASE, written(tmp_path, wording()))
    assert laid.words("q03", "ro", printed=False) == "Text q03"
    assert laid.words("q03", "ro", printed=True) == BASE.item["q03"].label["ro"]
    assert laid.words("q03", "en", printed=False) == BASE.item["q03"].label["en"]
    assert laid.labels == BASE.labels


def test_wording_is_printed_where_the_rights_allow_it(tmp_path: Path) -> None:
    free = BASE.model_copy(update={"rights": BASE.rights.model_copy(update={"wording_may_be_shown": True})})
    assert overlay(free, written(tmp_path, wording())).words("q03", "ro", printed=True) == "Text q03"


def test_the_version_carries_the_hash_of_the_file(tmp_path: Path) -> None:
    one = overlay(BASE, written(tmp_path, wording()))
    same = overlay(BASE, written(tmp_path, wording()))
    other = overlay(BASE, written(tmp_path, wording(ro="Altul")))
    assert one.version == same.version != other.version
    assert one.version.startswith(f"{BASE.version}+overlay.") and one.overlay in one.version


def test_every_fault_of_an_overlay_is_named_at_once(tmp_path: Path) -> None:
    head = 'instrument = "order147"\nversion = "9"\nentitlement = "x"\n'
    body = wording(("q01", "q2")) + '[wording.q03]\nen = "only English"\n'
    found = faults(written(tmp_path, body, head))
    assert ("overlay_for_another", "order147") in found and ("overlay_for_another", "9") in found
    assert ("unknown_reference", "q2") in found
    assert {f for code, f in found if code == "overlay_item_left_out"} == set(BASE.item_ids) - {"q01", "q03"}
    assert ("overlay_text_missing", "en") in found and ("overlay_text_missing", "ro") in found


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    assert faults(written(tmp_path, 'holder = "me"\n')) == [("unknown_key", "holder")]


def test_a_rule_is_replaced_whole_and_checked(tmp_path: Path) -> None:
    level = BASE.levels[0]
    rule = f"""
[sources]
sheet = "Invented sheet of this test"
[rule]
status = "verified"
source = "sheet"
[[levels]]
code = "{level.code}"
label = {{ en = "Imminent risk", ro = "Risc iminent" }}
when = [{{ branch = "a", score = "section_a", at_least = 3 }}]
[[levels]]
code = "{BASE.levels[1].code}"
label = {{ en = "No imminent risk", ro = "Fără risc iminent" }}
[[examples]]
name = "three"
others = {{ yes_no = "no" }}
answers = {{ q01 = "yes", q02 = "yes", q03 = "yes" }}
expect = {{ decision = "imminent" }}
"""
    laid = overlay(BASE, written(tmp_path, rule))
    assert [c.at_least for c in laid.levels[0].when] == [3]
    assert [e.name for e in laid.examples] == ["three"]
    broken = rule.replace('score = "section_a"', 'score = "section_z"')
    assert ("unknown_reference", "section_z") in faults(written(tmp_path, broken))
