"""Make the example files again: `python examples/make_forms.py`. All of it is invented; no person is behind any row.

A small generator of its own, so that the examples do not change when the recipes of dvstudy do: one hidden severity a
case, facts behind the items, two raters who see most of them, and the untidy ways in which forms get typed.
"""

from __future__ import annotations

import csv
import io
import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from dvstudy import instruments

SEED = 146
FORMS = 60
STATIONS, CASES_EACH = 12, 20
HERE = Path(__file__).parent

YES = ("da", "DA", "Da", "da ", "1", "true", "D", "x")
NO = ("nu", "NU", "Nu", " nu", "0", "false", "N")
MISSING = ("", "", "ns/nr", "nu știe", "a refuzat", "Refuz", "99", "nu este cazul", "nu s-a întrebat", "N/A")
RELATIONS = ("soț", "soție", "concubin", "fostă parteneră", "victima e părinte", "victima e copil", "altă rudă")


class Draws:
    """The few draws the examples need, all from one seeded stream."""

    def __init__(self, seed: int) -> None:
        self._stream = random.Random(seed)

    def below(self, share: float) -> bool:
        return self._stream.random() < share

    def normal(self) -> float:
        """A standard normal number (Box and Muller)."""
        radius = math.sqrt(-2 * math.log(1 - self._stream.random()))
        return radius * math.cos(2 * math.pi * self._stream.random())

    def one(self, choices: Sequence[str]) -> str:
        return choices[int(self._stream.random() * len(choices))]


def facts(draws: Draws, severity: float, constructs: Sequence[str]) -> dict[str, bool]:
    """Which constructs are true of a case; common ones stand early in each instrument by chance, not by design."""
    hard = {name: 0.6 + 0.1 * (position % 12) for position, name in enumerate(constructs)}
    return {name: draws.below(1 / (1 + math.exp(hard[name] - 1.1 * severity))) for name in constructs}


def answers(draws: Draws, name: str, true: Mapping[str, bool], seen: float) -> list[bool | None]:
    """One rater's answers to an instrument: None where the answer is missing."""
    given: list[bool | None] = []
    for item in instruments.load(name).items:
        share = seen if true[item.construct_id] else 0.03
        given.append(None if draws.below(0.035) else draws.below(share))
    return given


def untidy(draws: Draws, answer: bool | None) -> str:
    """An answer as somebody types it."""
    return draws.one(MISSING if answer is None else YES if answer else NO)


def tidy(answer: bool | None) -> str:
    """An answer as a data entry mask writes it."""
    return "ns/nr" if answer is None else "da" if answer else "nu"


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table as a Romanian Excel saves "CSV UTF-8": semicolons, a byte-order mark, CRLF."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([header, *rows])
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def constructs() -> list[str]:
    """Every construct that the two instruments of the examples ask about."""
    used = (item.construct_id for name in ("order146", "social_risk_sheet") for item in instruments.load(name).items)
    return list(dict.fromkeys(used))


def forms_file(folder: Path) -> None:
    """forms_60.csv: police forms typed by many hands."""
    draws = Draws(SEED)
    known = constructs()
    rows = []
    for number in range(1, FORMS + 1):
        given = answers(draws, "order146", facts(draws, draws.normal() - 0.6, known), 0.75)
        note = draws.one(("", "", "", "revenit", "vezi dosar", "completat la sediu"))
        rows.append([f"SYN-{number:03d}", *(untidy(draws, one) for one in given), note])
    header = ["Nr. fișă", *(f"Întrebarea {k}" for k in range(1, 22)), "Observații"]
    write(folder / "forms_60.csv", header, rows)


def cohort_files(folder: Path) -> None:
    """own_cohort/: cases, police forms, social workers' forms and sheets, outcomes, as a team might hold them."""
    draws = Draws(SEED + 1)
    known = constructs()
    tables: dict[str, list[list[object]]] = {name: [] for name in ("cases", "police", "social", "sheets", "outcomes")}
    for station in range(1, STATIONS + 1):
        place = 0.35 * draws.normal()
        for number in range(1, CASES_EACH + 1):
            case = f"SYN-{station:02d}{number:03d}"
            severity = draws.normal() + place - 0.5
            _case(draws, tables, case, station, severity, facts(draws, severity, known))
    items, sheet = [f"I{k}" for k in range(1, 22)], [f"F{k}" for k in range(1, 26)]
    about = [
        "Județ",
        "Secție",
        "Mediu",
        "Luna",
        "Legătura",
        "Victima",
        "Formular",
        "Minute",
        "Ore",
        "Interviuri",
        "Dublă",
    ]
    write(folder / "cazuri.csv", ["Nr. caz", *about], tables["cases"])
    write(folder / "fise_politie.csv", ["Nr. caz", "Agent", *items], tables["police"])
    write(folder / "fise_asistenta_sociala.csv", ["Nr. caz", "Lucrător", "Zile", *items], tables["social"])
    write(folder / "fise_sociale.csv", ["Nr. caz", "Lucrător", "Zile", *sheet], tables["sheets"])
    write(
        folder / "urmarire.csv",
        ["Nr. caz", "Repetat", "Grav", "Înregistrat", "Risc ridicat (panel)"],
        tables["outcomes"],
    )


def _case(
    draws: Draws,
    tables: dict[str, list[list[object]]],
    case: str,
    station: int,
    severity: float,
    true: Mapping[str, bool],
) -> None:
    unified = station % 2 == 0
    police = answers(draws, "order146", true, 0.80 if unified else 0.72)
    imminent = sum(a is True for a in police[:7]) >= 2 or sum(a is True for a in police[7:]) >= 6
    tables["cases"].append(_about(draws, case, station, unified))
    tables["police"].append([case, f"A{station:02d}{draws.one('123')}", *(untidy(draws, a) for a in police)])
    if draws.below(0.85):
        worker, days = f"L{station:02d}", 0 if unified else 1 + int(draws.one("0123456"))
        social = answers(draws, "order146", true, 0.80)
        tables["social"].append([case, worker, days, *(tidy(a) for a in social)])
        tables["sheets"].append(
            [case, worker, days, *(tidy(a) for a in answers(draws, "social_risk_sheet", true, 0.80))]
        )
    again = draws.below(1 / (1 + math.exp(0.9 - 0.7 * severity + 0.6 * imminent)))
    grave = again and draws.below(0.45 + 0.2 * (severity > 0.5))
    panel = draws.below(1 / (1 + math.exp(1.2 - 1.6 * severity)))
    seen = again and draws.below(0.5)
    followed = ("" if draws.below(0.12) else tidy(again)), tidy(grave), tidy(seen), tidy(panel)
    tables["outcomes"].append([case, *(f if followed[0] or k > 1 else "" for k, f in enumerate(followed))])


def _about(draws: Draws, case: str, station: int, unified: bool) -> list[object]:
    hours = (2.5 if unified else 4.0) + 0.5 * int(draws.one("01234"))
    return [
        case,
        f"J{(station - 1) // 4 + 1}",
        f"P{station:02d}",
        "urban" if station % 3 else "rural",
        f"2095-{1 + int(draws.one(('0', '1', '2', '3', '4', '5'))):02d}",
        draws.one(RELATIONS),
        draws.one(("femeie", "femeie", "femeie", "bărbat", "minor")),
        "unic" if unified else "separat",
        5 + int(draws.one("0123456789")),
        f"{hours:.1f}".replace(".", ","),
        1 if unified else 1 + int(draws.one("0112")),
        tidy(not unified and draws.below(0.6)),
    ]


if __name__ == "__main__":
    forms_file(HERE)
    cohort_files(HERE / "own_cohort")
