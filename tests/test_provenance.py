"""Ids that prove a table synthetic, hashes that do not depend on order, and an environment without a name in it."""

from __future__ import annotations

import getpass
import platform

import pandas as pd
import pytest

from dvstudy import provenance

KEY = provenance.parameter_hash({"seed": 1, "cases": 100})


def test_the_parameter_hash_depends_on_values_not_on_order() -> None:
    assert provenance.parameter_hash({"cases": 100, "seed": 1}) == KEY
    assert provenance.parameter_hash({"cases": 101, "seed": 1}) != KEY
    assert provenance.parameter_hash({"a": {"b": 1}}) != provenance.parameter_hash({"a": {"b": 2}})


def test_ids_are_all_different_and_made_from_key_and_kind() -> None:
    ids = provenance.synthetic_ids(KEY, "case", 20_000)
    assert len(set(ids)) == len(ids)
    assert all(one.startswith(provenance.SYNTHETIC_PREFIX) for one in ids)
    assert ids[:100] == provenance.synthetic_ids(KEY, "case", 100)
    assert not set(ids) & set(provenance.synthetic_ids(KEY, "assessment", 20_000))


def test_ids_of_their_own_key_prove_a_table_synthetic_in_any_order() -> None:
    ids = provenance.synthetic_ids(KEY, "case", 50)
    assert provenance.proven_synthetic(ids, KEY, "case")
    assert provenance.proven_synthetic(ids[::-1], KEY, "case")


@pytest.mark.parametrize(
    "ids",
    [
        [],
        ["1", "2", "3"],
        ["SYN-0000000000000000"],
        provenance.synthetic_ids(provenance.parameter_hash({"seed": 2}), "case", 50),
        provenance.synthetic_ids(KEY, "assessment", 50),
        [*provenance.synthetic_ids(KEY, "case", 49), "SYN-real"],
    ],
    ids=["none", "a team's own", "the mark alone", "another recipe", "another kind", "one real among them"],
)
def test_a_mark_that_is_only_claimed_proves_nothing(ids: list[str]) -> None:
    assert not provenance.proven_synthetic(ids, KEY, "case")


def test_the_fingerprint_sees_values_names_and_order() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    same = frame.copy()
    assert provenance.fingerprint(frame) == provenance.fingerprint(same)
    for other in (frame.rename(columns={"a": "c"}), frame.iloc[::-1], frame.fillna({"b": "y"})):
        assert provenance.fingerprint(other) != provenance.fingerprint(frame)


def test_the_environment_names_versions_and_neither_machine_nor_user() -> None:
    found = provenance.environment()
    assert {"dvstudy", "python", "pandas", "numpy", "statsmodels", "pingouin"} <= set(found)
    told = " ".join(found.values())
    assert platform.node() not in told
    assert getpass.getuser() not in told
