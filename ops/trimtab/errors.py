"""What a person can put right: one base class, with the next step beside the message."""

from __future__ import annotations


class TrimtabError(Exception):
    """A failure that is explained to the person at the terminal.

    Args:
        message: what is wrong, with what was found and where.
        hint: the exact next step, often a command.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint
