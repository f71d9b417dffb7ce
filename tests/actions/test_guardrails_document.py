"""docs/guardrails.md: its tables are those of the database, its figures come out, its statements run.

Where a table has to change: `python -m pytest tests/actions/test_guardrails_document.py` prints the new one.
"""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner
from support.database import Database

from trimtab.cli.main import main

PAGE = (Path(__file__).resolve().parents[2] / "docs/guardrails.md").read_text(encoding="utf-8")


def stated(name: str) -> list[str]:
    return PAGE.split(f"<!-- {name} -->\n", 1)[1].split("<!-- end -->", 1)[0].strip().splitlines()


def test_the_profiles(db: Database) -> None:
    codes = ["conservative", "standard", "aggressive"]
    rows = db.rows(
        "select f.key, jsonb_object_agg(l.code, f.value) from (select distinct on (code) * from trimtab.library"
        " where kind = 'guardrail_profile' order by code, version desc) l, jsonb_each(l.document -> 'figures') f"
        " group by 1 order by 1"
    )
    table = ["| figure | " + " | ".join(codes) + " |", "|---|---|---|---|"]
    for figure, by_code in rows:
        cells = [f"**{by_code[code]['value']}** {by_code[code]['why']}" for code in codes]
        table.append(f"| `{figure}` | " + " | ".join(cells) + " |")
    assert stated("profiles") == table, "\n".join(table)


def test_what_platforms_may_spend(db: Database) -> None:
    rows = db.rows(
        "select p.name, trim_scale(d.day_factor)::text, d.settled_over, trim_scale(d.settled_days)::text, d.is_stated,"
        " d.source from trimtab.over_delivery d join trimtab.platforms p on p.code = d.platform order by p.name"
    )
    table = ["| platform | of a day's budget on one day | settled over | source |", "|---|---|---|---|"]
    for name, factor, over, days, is_stated, source in rows:
        settled = f"{days} daily budgets a {over}" if over else "nothing"
        table.append(
            f"| {name} | {factor} \N{MULTIPLICATION SIGN} | {settled} | {'' if is_stated else 'Assumed. '}{source} |"
        )
    assert stated("over-delivery") == table, "\n".join(table)


def test_the_example_of_a_month(tap_db: Database) -> None:
    with tap_db.connect() as connection:
        connection.execute("select test.clock_at('2026-03-10 12:00+00')")
        [(org_id,)] = connection.execute("select test.organization()").fetchall()
        [(campaign,)] = connection.execute(
            "select test.campaign(%s, p_starts_at => '2026-02-27', p_daily_budget => 12)", [org_id]
        ).fetchall()
        connection.execute("select test.facts(%s, %s, '2026-03-01', 1, 1, 10, p_days => 8)", [org_id, campaign])
        [(spent, worst)] = connection.execute(
            "select month_spend, month_exposure from trimtab.spend_exposure(%s)", [org_id]
        ).fetchall()
    assert (spent, worst) == (80, 437)
    assert (
        "80 + 21 (the 9th at 12 \N{MULTIPLICATION SIGN} 1.75) + 28 \N{MULTIPLICATION SIGN} 12 (22 days) = 437" in PAGE
    )


def test_its_statements_run(tap_db: Database) -> None:
    org_id = tap_db.value("select test.organization()")
    admin = tap_db.value("select test.member(%s, 'admin')", [org_id])
    with tap_db.connect(admin) as person:
        for block in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL):
            for statement in filter(str.strip, re.sub(r"--[^\n]*", "", block).split(";")):
                person.execute(statement.encode())
        for statement in re.findall(r"`(select .*?)`", PAGE):
            if "stop_system" not in statement:
                person.execute(statement.encode())


def test_its_commands_exist() -> None:
    found = set(re.findall(r"trimtab guardrails (\w+)", PAGE))
    listed = CliRunner().invoke(main, ["guardrails", "--help"]).output
    assert found == {"show", "set", "profile", "cap", "stop", "start"}
    assert all(re.search(rf"^  {name} ", listed, re.MULTILINE) for name in found)


def test_error_codes_exist(db: Database) -> None:
    codes = set(re.findall(r"\bTT\d{3}\b", PAGE))
    assert codes == {"TT018", "TT019"}
    assert codes <= {code for (code,) in db.rows("select code from trimtab.error_codes")}
