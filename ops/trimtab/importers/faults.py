"""What can be wrong with a cell, and with a file as a whole."""

from __future__ import annotations

from trimtab.errors import TrimtabError


class CellError(ValueError):
    """A value that cannot be read as what its column holds.

    Args:
        reason: what is wrong, in words that stand behind the value: "no number".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnusableFileError(TrimtabError):
    """A file, or a mapping, that cannot be read as facts at all."""
