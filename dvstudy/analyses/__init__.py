"""One question a file: columns of a table in, Result out."""

from dvstudy.analyses._frames import Event

__all__ = ["Event"]
