"""The causal diagram of the generator as data: what acts on what, and what nobody could observe."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from dvstudy.checks import nearest, read_toml, validated
from dvstudy.errors import CheckFailed, Problem


class Node(BaseModel):
    """A thing that varies between cases: its label, its place in the picture, and whether it is hidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: tuple[int, int]
    label: dict[str, str]
    hidden: bool = False


class Graph(BaseModel):
    """Nodes by name, and for each what it acts on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nodes: dict[str, Node]
    edges: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def arrows(self) -> Iterator[tuple[str, str]]:
        """Cause and effect, one pair an arrow."""
        yield from ((cause, effect) for cause, effects in self.edges.items() for effect in effects)


@cache
def causal_graph() -> Graph:
    """The diagram of the chain that every recipe but `rater_panel` follows; a directed graph without cycles.

    Raises
    ------
    CheckFailed
        For an arrow from or to a node that is not there, and for a cycle.
    """
    source = files("dvstudy.cohorts").joinpath("bank/graph.toml").read_text("utf-8")
    graph = validated(Graph, read_toml(source, "graph.toml"), "graph.toml")
    return checked(graph)


def checked(graph: Graph) -> Graph:
    """`graph` when each arrow has two ends and no chain of arrows comes back to where it began."""
    named = dict.fromkeys(name for arrow in graph.arrows() for name in arrow)
    found = [
        Problem("unknown_reference", "edges", name, tuple(graph.nodes), nearest(name, list(graph.nodes)))
        for name in named
        if name not in graph.nodes
    ]
    try:
        TopologicalSorter(graph.edges).prepare()
    except CycleError as fault:
        found.append(Problem("cycle", "edges", " → ".join(reversed(fault.args[1]))))
    if found:
        raise CheckFailed("graph.toml", found)
    return graph
