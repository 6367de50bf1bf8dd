"""Habits of filling in, each a switch of the recipe: runs of ticks, answers copied, one yes added or dropped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dvstudy.cohorts.record import Contact, Record, Scene
from dvstudy.cohorts.streams import Bools, Floats, Ints

OFFICER = "police_officer"


def at_the_scene(scene: Scene) -> tuple[Floats, Floats]:
    """What the officer's contact adds to disclosure and to misreading: the perpetrator within hearing, and the victim
    filling in the form alone."""
    s, streams, n = scene.settings.switches, scene.streams, scene.people.n
    heard = streams.uniform("contact/heard", n) < s.perpetrator_present
    alone = streams.uniform("contact/alone", n) < s.alone
    return np.where(heard, s.perpetrator_shift, 0.0), np.where(alone, s.alone_construal, 0.0)


def in_runs(scene: Scene, contact: Contact, instrument: str, record: Record) -> Record:
    """A rater who only ticks gives, now and then, the answer to the question before once more."""
    share = scene.settings.switches.tick_runs
    if not share:
        return record
    yes, missing = record.yes.copy(), record.missing.copy()
    for k, item in enumerate(record.items[1:], start=1):
        u = scene.streams.uniform(f"{contact.name}/{instrument}/{item}/run", scene.people.n)
        again = record.tick & (u < share)
        yes[again, k], missing[again, k] = yes[again, k - 1], missing[again, k - 1]
    return replace(record, yes=yes, missing=missing)


def from_memory(scene: Scene, contact: Contact, instrument: str, record: Record, first: Record) -> Record:
    """A second rater of the same form who saw the first one copies some of its answers; never a missing one."""
    s = scene.settings.switches
    if not s.memory_seen:
        return record
    saw = scene.streams.uniform(f"{contact.name}/{instrument}/saw", scene.people.n) < s.memory_seen
    yes, missing = record.yes.copy(), record.missing.copy()
    for k, item in enumerate(record.items):
        u = scene.streams.uniform(f"{contact.name}/{instrument}/{item}/copied", scene.people.n)
        copied = saw & (u < s.memory_copied) & ~first.missing[:, k]
        yes[copied, k], missing[copied, k] = first.yes[copied, k], False
    return replace(record, yes=yes, missing=missing)


def from_register(scene: Scene, instrument: str, record: Record) -> Record:
    """What the register shows to the officer is answered with yes, whatever the victim tells."""
    yes, missing = record.yes.copy(), record.missing.copy()
    for k, item in enumerate(record.items):
        for fact in scene.settings.items[instrument][item]:
            if fact in scene.shown:
                yes[:, k] |= scene.shown[fact]
                missing[:, k] &= ~scene.shown[fact]
    return replace(record, yes=yes, missing=missing)


def gamed(scene: Scene, record: Record, sections: tuple[Bools, Bools], least: tuple[int, int]) -> Record:
    """The officer's form with one yes dropped where it just meets the first section's count, after orders that were not
    confirmed; or one added in the first section where both counts are one short.

    `sections` say which items count in each section, `least` the counts from which the rule is met.
    """
    s, people, n = scene.settings.switches, scene.people, scene.people.n
    if not (s.gaming_down or s.gaming_up):
        return record
    first, second = (record.yes[:, part].sum(axis=1) for part in sections)
    luck = scene.streams.uniform("habits/gaming", n)
    tired = people.unconfirmed >= s.gaming_after
    down = (first == least[0]) & (second < least[1]) & tired & (luck < s.gaming_down)
    up = (first == least[0] - 1) & (second == least[1] - 1) & (luck < s.gaming_up)
    yes, missing = record.yes.copy(), record.missing.copy()
    columns = np.flatnonzero(sections[0])
    lot = scene.streams.uniform("habits/gamed_item", n * len(columns)).reshape(n, len(columns))
    for where, now in ((down, True), (up, False)):
        rows = np.flatnonzero(where)
        chosen = _by_lot(lot[rows], record.yes[np.ix_(rows, columns)] == now)
        yes[rows, columns[chosen]], missing[rows, columns[chosen]] = not now, False
    return replace(record, yes=yes, missing=missing)


def _by_lot(lot: Floats, open_to: Bools) -> Ints:
    """One of the open columns of each row, by the highest lot."""
    return np.asarray(np.where(open_to, lot, -1).argmax(axis=1) if len(lot) else np.zeros(0, dtype=np.int64))
