"""docs/detection says what the code says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from support.database import Database

DOCS = Path(__file__).parents[2] / "docs" / "detection"


def test_every_type_has_its_page(db: Database) -> None:
    constraint = db.value(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'optimization_opportunities_type_known'"
    )
    types = set(re.findall(r"'(\w+)'", constraint))
    assert len(types) == 7
    assert {page.stem for page in DOCS.glob("*.md")} == types | {"README", "anomalies", "confidence"}
    index = (DOCS / "README.md").read_text()
    for kind in types:
        assert f"[{kind}]({kind}.md)" in index
        page = (DOCS / f"{kind}.md").read_text()
        for heading in (
            "**What it means.**",
            "**When it is told.**",
            "**Evidence.**",
            "**Proposed action.**",
            "**Tuning.**",
        ):
            assert heading in page, (kind, heading)


def test_every_limit_is_documented_with_its_default(db: Database) -> None:
    limits = db.value("select trimtab.detection_limits()")
    limits = json.loads(limits) if isinstance(limits, str) else limits
    documented: dict[str, float] = {}
    for line in (DOCS / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and re.fullmatch(r"`\w+`(, `\w+`)*", cells[0]) and re.match(r"[\d.]", cells[1]):
            documented |= dict(zip(re.findall(r"`(\w+)`", cells[0]), map(float, cells[1].split(", ")), strict=True))
    assert documented == {name: float(value) for name, value in limits.items()}


def test_severities_of_anomalies(db: Database) -> None:
    """The documented steps of the score, and the kinds, windows and metrics, are those of the code."""
    page = (DOCS / "anomalies.md").read_text()
    source = db.value("select prosrc from pg_proc where proname = 'detect_anomalies'")
    constants = dict(re.findall(r"c_(\w+) constant (?:integer|double precision) := ([\d.]+)", source))
    documented = dict(re.findall(r"^\| from ([\d.]+) \| `(\w+)` \|$", page, re.MULTILINE))
    assert documented == {
        constants["least_score"]: "low",
        constants["medium"]: "medium",
        constants["high"]: "high",
        constants["critical"]: "critical",
    }
    kinds = db.value("select pg_get_constraintdef(oid) from pg_constraint where conname = 'anomalies_kind_known'")
    for kind in re.findall(r"'(\w+)'", kinds):
        assert f"`{kind}`" in page, kind
