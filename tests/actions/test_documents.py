"""docs/actions.md says what the database does."""

from __future__ import annotations

import re
from pathlib import Path

from support.database import Database

PAGE = (Path(__file__).resolve().parents[2] / "docs/actions.md").read_text(encoding="utf-8")


def test_defaults_of_the_guardrails(tap_db: Database) -> None:
    tap_db.rows("select test.organization()")
    stated = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", PAGE.split("## Guardrails")[1], re.MULTILINE))
    row = tap_db.value("select to_jsonb(g) - 'org_id' - 'updated_at' from trimtab.guardrails g")
    assert stated == {name: str(value).lower() for name, value in row.items()}


def test_error_codes_and_action_types_exist(tap_db: Database) -> None:
    codes = set(re.findall(r"\bTT\d{3}\b", PAGE))
    assert codes <= {code for (code,) in tap_db.rows("select code from trimtab.error_codes")}
    headings = {word for line in re.findall(r"^## (.+)$", PAGE, re.MULTILINE) for word in re.findall(r"\w+_\w+", line)}
    check = tap_db.value(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'campaign_changes_action_type_known'"
    )
    known = set(re.findall(r"'(\w+)'", check)) | {"actual_impact"}
    assert headings <= known


def test_every_page_has_the_common_form() -> None:
    pages = PAGE.split("\n## ")[1:]
    for page in pages[:-1]:
        title = page.splitlines()[0]
        for part in ("What it means.", "When it fires.", "Evidence.", "How to tune.", "Example."):
            assert f"**{part}**" in page, f"{title} lacks '{part}'"
