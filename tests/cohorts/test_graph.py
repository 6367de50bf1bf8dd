"""The causal diagram: complete, without cycles, shown in every language."""

from __future__ import annotations

import pytest

from dvstudy import cohorts, language
from dvstudy.cli import main
from dvstudy.cohorts.graph import Graph, checked
from dvstudy.errors import CheckFailed
from dvstudy.render import recipe_pages
from dvstudy.render.document import Bullets, Figure


def graph(**edges: tuple[str, ...]) -> Graph:
    nodes = {name: {"place": (0, row), "label": {"en": name}} for row, name in enumerate("abc")}
    return Graph.model_validate({"nodes": nodes, "edges": edges})


def test_what_the_design_makes_visible_is_in_the_diagram() -> None:
    arrows = set(cohorts.causal_graph().arrows())
    paradox = {("rule", "provisional"), ("provisional", "violence"), ("violence", "recorded")}
    partial = {("rule", "followed"), ("violence", "followed"), ("followed", "observed")}
    assert paradox | partial | {("arm", "recorded"), ("latents", "disclosure"), ("disclosure", "answers")} <= arrows


def test_every_thing_has_its_own_place_and_a_label_in_every_language() -> None:
    nodes = cohorts.causal_graph().nodes.values()
    assert len({node.place for node in nodes}) == len(nodes)
    assert all(node.label.keys() >= set(language.languages()) for node in nodes)


def test_arrows_to_nowhere_and_cycles_are_named() -> None:
    assert checked(graph(a=("b",), b=("c",)))
    with pytest.raises(CheckFailed) as caught:
        checked(graph(a=("b", "d"), e=("b",)))
    assert {(p.code, p.found) for p in caught.value.problems} == {
        ("unknown_reference", "d"),
        ("unknown_reference", "e"),
    }
    with pytest.raises(CheckFailed) as caught:
        checked(graph(a=("b",), b=("c",), c=("b",)))
    (problem,) = caught.value.problems
    assert problem.code == "cycle" and problem.found in ("b → c → b", "c → b → c")
    assert all(caught.value.text(one) for one in language.languages())


@pytest.mark.parametrize("code", language.languages())
def test_the_list_says_what_the_picture_shows(code: str) -> None:
    figure, listed = recipe_pages.diagram(code)
    assert isinstance(figure, Figure) and isinstance(listed, Bullets)
    effects = sum(len(line.partition(" → ")[2].split("; ")) for line in listed.items)
    assert effects == len(list(cohorts.causal_graph().arrows()))


@pytest.mark.parametrize("code", language.languages())
def test_every_parameter_is_described_on_the_screen(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohorts", "describe", "tutorial", "--language", code]) == 0
    printed = capsys.readouterr().out
    assert max(map(len, printed.splitlines())) <= 100
    described = cohorts.describe("tutorial", code)
    own = described[~described.index.str.contains("^(?:facts|derived|items)[.]")]
    assert printed.count(language.text("recipe.assumption", code)) >= own["assumption"].sum()
    assert main(["cohorts", "list", "--language", code]) == 0
    listed = capsys.readouterr().out
    assert (
        all(name in listed for name in cohorts.recipes()) and language.text("report.synthetic_notice", code) in listed
    )
    assert main(["cohorts", "describe", "tutorail", "--language", code]) == 2
    assert "tutorial" in capsys.readouterr().err
