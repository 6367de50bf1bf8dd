"""Instruments as data: load a definition, look at its items, rights and rules, at its legal life and its versions."""

from dvstudy.instruments.constructs import construct, taxonomy, wheel
from dvstudy.instruments.crosswalk import RELATIONS, coverage, crosswalk
from dvstudy.instruments.known import Known, known
from dvstudy.instruments.load import available, load, scorable
from dvstudy.instruments.model import Instrument
from dvstudy.instruments.overlay import overlay
from dvstudy.instruments.parts import REASONS, Item
from dvstudy.instruments.readings import reading
from dvstudy.instruments.regimes import regimes
from dvstudy.instruments.unify import Unified, unify
from dvstudy.instruments.versions import diff, instrument_in_force

__all__ = [
    "REASONS",
    "RELATIONS",
    "Instrument",
    "Item",
    "Known",
    "Unified",
    "available",
    "construct",
    "coverage",
    "crosswalk",
    "diff",
    "instrument_in_force",
    "known",
    "load",
    "overlay",
    "reading",
    "regimes",
    "scorable",
    "taxonomy",
    "unify",
    "wheel",
]
