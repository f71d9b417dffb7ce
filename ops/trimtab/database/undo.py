"""Rolling the schema back: repeatables go first, since they stand on the tables, then migrations, newest first."""

from __future__ import annotations
