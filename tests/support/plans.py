"""What statements really did: the plans of all that a call runs, also inside functions, as auto_explain tells them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from psycopg.errors import Diagnostic

from support.database import Connection


@dataclass(frozen=True)
class Scan:
    """A scan of a table that was really begun: rows read, whether or not a condition then dropped them."""

    table: str
    index: str | None
    rows: int


@dataclass
class Plans:
    scans: list[Scan] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)

    def rows(self, table: str) -> int:
        """How many rows of a table, or of all tables whose name begins like this and goes on with _ (partitions)."""
        return sum(scan.rows for scan in self._of(table))

    def indexes(self, table: str) -> set[str | None]:
        """By which indexes rows of a table were read; None stands for reading the table itself from end to end."""
        return {scan.index for scan in self._of(table) if scan.rows}

    def tables(self) -> set[str]:
        return {scan.table for scan in self.scans}

    def _of(self, table: str) -> Iterator[Scan]:
        return (scan for scan in self.scans if scan.table == table or scan.table.startswith(f"{table}_20"))

    def _add(self, node: dict[str, Any]) -> None:
        loops = int(node.get("Actual Loops", 0))
        if not loops:
            return
        index = node.get("Index Name")
        inner = [child for child in node.get("Plans", []) if child["Node Type"].startswith("Bitmap")]
        if node["Node Type"] == "Bitmap Heap Scan" and inner:
            index = inner[0].get("Index Name", "several")
        if "Relation Name" in node and node["Node Type"] != "ModifyTable":
            dropped = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
            self.scans.append(Scan(node["Relation Name"], index, round((node["Actual Rows"] + dropped) * loops)))
        for child in node.get("Plans", []):
            self._add(child)


@contextmanager
def watched(connection: Connection) -> Iterator[Plans]:
    """Collects the plans of all that a superuser's connection runs (it may act as another role with SET)."""
    plans = Plans()

    def heard(message: Diagnostic) -> None:
        text = message.message_primary or ""
        if "plan:\n" in text:
            document = json.loads(text.split("plan:\n", 1)[1])
            plans.statements.append(document["Query Text"])
            plans._add(document["Plan"])

    connection.execute("load 'auto_explain'")
    for name, value in {
        "client_min_messages": "log",
        "auto_explain.log_min_duration": "0",
        "auto_explain.log_nested_statements": "on",
        "auto_explain.log_analyze": "on",
        "auto_explain.log_timing": "off",
        "auto_explain.log_format": "json",
    }.items():
        connection.execute("select set_config(%s, %s, false)", [name, value])
    connection.add_notice_handler(heard)
    try:
        yield plans
        # A statement's own plan is told when its portal is closed, which is when the next statement comes.
        connection.execute("reset session authorization")
    finally:
        connection.remove_notice_handler(heard)
    connection.execute("reset auto_explain.log_min_duration")
