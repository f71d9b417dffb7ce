"""What a check of an installation says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "note", "fail"]


@dataclass(frozen=True)
class Check:
    """The outcome of one check: a short name, the verdict, what was found, and the exact next step."""

    name: str
    verdict: Verdict
    found: str
    next_step: str | None = None
