"""Put the entries of every catalogue in the order of their keys: `python tools/catalogues.py`. No word changes."""

from __future__ import annotations

import re
from pathlib import Path

LOCALE = Path(__file__).resolve().parents[1] / "dvstudy" / "locale"


def entries(content: str) -> tuple[str, dict[str, str]]:
    """The head of a catalogue and its entries by key, without section comments; a key that stands twice stops it."""
    head, *rest = re.split(r'^(?=msgid ")', content, flags=re.MULTILINE)
    blocks = [re.sub(r"^#.*\n?", "", block, flags=re.MULTILINE).strip() for block in rest]
    keys = [block.split('"', 2)[1] for block in blocks]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise SystemExit(f"keys that stand twice: {', '.join(twice)}")
    return head, dict(zip(keys, blocks, strict=True))


def tidy(content: str) -> str:
    """The catalogue with its entries in order; the header, whose key is empty, comes first."""
    head, found = entries(content)
    return head + "\n\n".join(found[key] for key in sorted(found)) + "\n"


def main() -> None:
    """Rewrite every catalogue."""
    for path in sorted(LOCALE.glob("*.po")):
        path.write_text(tidy(path.read_text("utf-8")), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
