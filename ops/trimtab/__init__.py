"""Trimtab: a campaign autopilot that lives inside PostgreSQL. This package starts it and carries its orders out."""

from __future__ import annotations
