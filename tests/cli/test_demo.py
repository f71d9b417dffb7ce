"""`trimtab demo` on an own cluster: what a newcomer sees, again and after a first try that was cut short."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from trimtab.cli.demo import LOGIN, ORGANIZATION
from trimtab.cli.main import main
from trimtab.database.cluster import ENGINE, Cluster
from trimtab.database.tree import checkout

COUNTS = """
select (select count(*) from trimtab.campaign_changes), (select count(*) from trimtab.campaign_metrics),
       (select count(*) from trimtab.optimization_opportunities), (select count(*) from trimtab.memberships),
       (select max(published_at)::text from trimtab.knowledge_revisions)
"""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout with nothing set up, where the server's OS user can reach it."""
    folder = Path("/tmp") / f"trimtab-demo-{os.getpid()}"  # noqa: S108  (pytest's own folders are closed to others)
    folder.mkdir(mode=0o755)
    for part in ("sql", "migrations", "functions", "views", "policies"):
        shutil.copytree(checkout() / part, folder / part)
    monkeypatch.setenv("TRIMTAB_HOME", str(folder))
    yield folder
    Cluster(folder).remove()
    shutil.rmtree(folder)


def trimtab(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def counts(cluster: Cluster) -> tuple[object, ...] | None:
    with psycopg.connect(cluster.conninfo(ENGINE)) as connection:
        return connection.execute(COUNTS).fetchone()


def test_demo(home: Path) -> None:
    trimtab("up")
    # A first try was killed right after it had made the organization.
    cluster = Cluster(home)
    with psycopg.connect(cluster.conninfo(ENGINE)) as connection:
        connection.execute("select trimtab.create_organization(%s, 'UTC', 'EUR')", [ORGANIZATION])

    shown = trimtab("demo")
    assert "│ Winter Clearance " in shown
    assert "budget 5,000 → 10,000 EUR" in shown
    assert "opted_out" in shown
    assert "creative_fatigue" in shown
    assert "rollback_action('" in shown
    assert "…" not in shown

    before = counts(cluster)
    assert "│ inserted            │                        0 │" in trimtab("demo")
    assert counts(cluster) == before

    options = "-c search_path=trimtab,public"  # as `make psql` sets it
    with psycopg.connect(cluster.conninfo(LOGIN), autocommit=True, options=options) as analyst:
        for statement in first_screen():
            analyst.execute(statement)


def first_screen() -> list[bytes]:
    """The statements of the README's first block of SQL."""
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    block = text.split("```sql\n")[1].split("```")[0]
    lines = [line for line in block.splitlines() if not line.startswith("--")]
    statements = [part.strip() for part in "\n".join(lines).split(";") if part.strip()]
    assert len(statements) == 8
    return [statement.encode() for statement in statements]
