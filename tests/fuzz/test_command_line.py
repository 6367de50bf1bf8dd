"""On the command line a bad file gives status 2 and one message, never a traceback, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dvstudy.cli import main

FILES: dict[str, bytes] = {
    "empty": b"",
    "bytes": bytes(range(256)),
    "UTF-16": "case_id;q01\nC1;da\n".encode("utf-16"),
    "nested": b"x = " + b"[" * 5000,
    "digits": b"x = " + b"9" * 5000,
    "packed": b"PK\x03\x04" + b"\0" * 400,
    "spss": b"$FL2" + b"\xff" * 400,
    "stata": b"<stata_dta><header>" + b"\0" * 400,
    "separator": b'sep="\ncase_id,q01\nC1,da\n',
    "formula": b"case_id,q01\n=cmd|' /C touch run'!A0,=1\n",
    "identifier": b"case_id,q01\nana@example.org,da\n",
    "yaml": b"!!python/object/apply:os.system ['touch run']\n",
}
COMMANDS: dict[str, list[str]] = {
    "score": ["score", "FILE", "--instrument", "order146", "--out", "OUT"],
    "score by": ["score", "FORMS", "--instrument", "FILE.toml", "--out", "OUT"],
    "mapping": ["score", "FORMS", "--instrument", "order146", "--mapping", "FILE", "--out", "OUT"],
    "suggest": ["intake", "suggest", "FILE", "--instrument", "order146", "--out", "OUT"],
    "check": ["intake", "check", "FILE", "--instrument", "order146"],
    "pseudonymise": ["intake", "pseudonymise", "FILE", "--column", "nume", "--key", "KEY", "--out", "OUT"],
    "key": ["intake", "pseudonymise", "FORMS", "--column", "case_id", "--key", "FILE", "--out", "OUT"],
    "definition": ["instruments", "check", "FILE"],
    "overlay": ["instruments", "show", "order146", "--overlay", "FILE"],
    "recipe": ["simulate", "FILE.toml", "--out", "OUT"],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["en", "ro"])
def test_a_bad_file_gives_one_message(
    command: str, language: str, put: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    forms = Path(__file__).parents[2] / "examples" / "forms_60.csv"
    for name, content in FILES.items():
        wanted = COMMANDS[command]
        path = put("given.toml" if "FILE.toml" in wanted else "given", content)
        place = {
            "FILE": path,
            "FILE.toml": path,
            "FORMS": forms,
            "OUT": tmp_path / "out.csv",
            "KEY": tmp_path / "k" / "k",
        }
        if command == "suggest" and name in ("separator", "formula", "identifier", "yaml"):
            continue  # a table, if a poor one: a draft is what it should give
        status = main([*(str(place.get(word, word)) for word in wanted), "--language", language])
        said = capsys.readouterr()
        assert status == 2, (name, said)
        assert said.err.strip() and "Traceback" not in said.err and not said.out, name
        assert "ana@example.org" not in said.err and "calc" not in said.err
        assert not list(tmp_path.iterdir()), name
