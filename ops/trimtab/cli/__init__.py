"""The command line. Each module of this package is one topic and registers its own commands."""

from __future__ import annotations
