"""`trimtab rates`."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result
from support.database import ENGINE, Database

from trimtab.cli.main import main


def run(db: Database, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--database-url", db.dsn(ENGINE), "rates", *arguments])


def test_rates_are_imported_once_and_listed(db: Database, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("\ufefffrom,to,day,rate\nEUR,USD,2026-01-01,1.08\nGBP,USD,2026-01-01, 1.27\n")
    first = run(db, "import", str(file))
    assert (first.exit_code, first.stderr) == (0, "2 rates read, 2 new, 0 known already\n")
    assert run(db, "import", str(file)).stderr == "2 rates read, 0 new, 2 known already\n"
    file.write_text("day,rate,from,to\n2026-01-01,1.09,EUR,USD\n")
    assert run(db, "import", str(file), "--source", "bank").stderr == "1 rates read, 1 new, 0 known already\n"
    listed = json.loads(run(db, "list", "--json").stdout)
    assert [(row["from"], row["to"], row["day"], row["rate"]) for row in listed] == [
        ("EUR", "USD", "2026-01-01", "1.09"), ("GBP", "USD", "2026-01-01", "1.27"),
    ]
    assert [row["source"] for row in listed] == ["bank", str(file)]
    assert len(json.loads(run(db, "list", "--json", "--history", "--from", "eur").stdout)) == 2


def test_faults_are_told_all_at_once_and_nothing_is_recorded(db: Database, tmp_path: Path) -> None:
    file = tmp_path / "rates.csv"
    file.write_text("from,to,day,rate\nEUR,USD,2026-01-01,1.08\nEUR,USD,31.01.2026,0\nEuro,USD,2026-01-02,1\n")
    refused = run(db, "import", str(file))
    assert refused.exit_code == 1
    assert "Rate 2: day is '31.01.2026'" in refused.stderr
    assert "Rate 2: rate is '0'" in refused.stderr
    assert "Rate 3: from is 'Euro'" in refused.stderr
    assert "TT022" in refused.stderr
    assert db.value("select count(*) from trimtab.exchange_rates") == 0
    file.write_text("currency,rate\nEUR,1\n")
    assert "has no column from, to, day" in run(db, "import", str(file)).stderr
    assert json.loads(run(db, "list", "--json").stdout) == []
