"""The schema as text: to compare databases, and to keep beside the files that make it (`make snapshot`)."""

from __future__ import annotations

from pathlib import Path

from support.database import Database, TestCluster

QUERY = Path(__file__).with_suffix(".sql")
COMMITTED = Path(__file__).resolve().parents[2] / "sql" / "schema.txt"


def snapshot(database: Database) -> list[str]:
    """The schema of a database as sorted lines."""
    with database.connect() as connection:
        connection.execute("set search_path = pg_catalog")
        return [line for (line,) in connection.execute(QUERY.read_bytes()).fetchall()]


def main() -> None:
    """Write the snapshot of what the files make."""
    cluster = TestCluster()
    try:
        database = cluster.create(cluster.template("migrated"))
        lines = snapshot(database)
        database.close()
    finally:
        cluster.stop()
    COMMITTED.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} lines in {COMMITTED}")


if __name__ == "__main__":
    main()
