"""Progress on the terminal: what is running, and how long each step took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from dvstudy import language as lang

_WIDTH: Final = 62


class Steps:
    """Announces each step on standard error when it starts, and its seconds when it ends."""

    def __init__(self, language: str, stream: TextIO | None = None) -> None:
        self._language = language
        self._stream = stream or sys.stderr
        self._begun = time.monotonic()

    @contextmanager
    def step(self, key: str, **values: object) -> Iterator[None]:
        """A context that lasts as long as the step called ``step.<key>``."""
        begun = time.monotonic()
        self._say(lang.text(f"step.{key}", self._language, **values).ljust(_WIDTH, ".") + " ")
        try:
            yield
        except BaseException:
            self._say(lang.text("step.failed", self._language) + "\n")
            raise
        seconds = lang.number(time.monotonic() - begun, self._language, decimals=1)
        self._say(lang.text("step.seconds", self._language, seconds=seconds.rjust(5)) + "\n")

    def elapsed(self) -> float:
        """Seconds since the first step."""
        return time.monotonic() - self._begun

    def _say(self, words: str) -> None:
        self._stream.write(words)
        self._stream.flush()
