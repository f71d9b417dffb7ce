"""Keeps the parts of the documents that come from the database as it says them (`make docs`).

Between `<!-- name … -->` and `<!-- end -->` a page shows what the database has. The names are the functions of PARTS; a
page of a condition or an action is named after its code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from support import conformance
from support.database import Connection, TestCluster

DOCS = Path(__file__).resolve().parents[2] / "docs"
RULES = DOCS / "rules"
MARK = re.compile(r"(<!-- (?P<name>[a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)
KINDS = {"conditions": "condition", "actions": "action"}


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Rows as a table of Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def summary(connection: Connection, page: Path) -> str:
    """What the vocabulary says of a type."""
    [(text,)] = connection.execute(
        "select summary from trimtab.rule_vocabulary where kind = %s and code = %s",
        [KINDS[page.parent.name], page.stem],
    ).fetchall()
    return f"{text}\n"


def parameters(connection: Connection, page: Path) -> str:
    """The parameters of a type: what is allowed, the default."""
    rows = connection.execute(
        "select name, value_type, is_required, minimum, maximum, allowed, default_value, description"
        " from trimtab.rule_vocabulary_parameters where kind = %s and code = %s and position < 200"
        " order by position, name",
        [KINDS[page.parent.name], page.stem],
    ).fetchall()
    if not rows:
        return "None.\n"
    lines = []
    for name, value_type, is_required, minimum, maximum, allowed, default, description in rows:
        if allowed:
            values = ", ".join(f"`{word}`" for word in allowed)
        elif value_type in ("number", "integer") and minimum is not None and maximum is not None:
            values = f"{value_type}, {minimum:f} to {maximum:f}"
        elif value_type in ("number", "integer") and minimum is not None:
            values = f"{value_type}, at least {minimum:f}"
        else:
            values = value_type
        default_text = "required" if is_required else "" if default is None else f"`{json.dumps(default)}`"
        lines.append((f"`{name}`", values, default_text, description))
    return table(("parameter", "takes", "default", "meaning"), lines)


def keys(connection: Connection, page: Path) -> str:
    """What a rule's document may say beside its conditions and actions: its keys, its trigger, its scope."""
    rows = connection.execute(
        "select case p.code when 'document' then p.name else p.code || '.' || p.name end, p.is_required,"
        " p.minimum, p.maximum, p.allowed, p.value_type,"
        " coalesce(p.default_value, d.default_value -> p.name), p.description"
        " from trimtab.rule_vocabulary_parameters p"
        " left join trimtab.rule_vocabulary_parameters d on d.kind = 'rule' and d.code = 'document' and d.name = p.code"
        " where p.kind = 'rule' and p.code in ('document', 'trigger', 'scope') and p.position < 200"
        " and (p.code, p.name) not in (('document', 'trigger'), ('document', 'scope'))"
        " order by case p.code when 'document' then p.position else 7 end, p.code desc, p.position",
    ).fetchall()
    lines = []
    for name, is_required, minimum, maximum, allowed, value_type, default, description in rows:
        notes = [description]
        if allowed and value_type in ("text", "words") and len(allowed) <= 10:
            notes.append("One of " + ", ".join(f"`{word}`" for word in allowed) + ".")
        elif value_type in ("number", "integer") and minimum is not None and maximum is not None:
            notes.append(f"From {minimum:f} to {maximum:f}.")
        shown = f"`{json.dumps(default)}`" if default is not None else "required" if is_required else ""
        lines.append((f"`{name}`", shown, " ".join(notes)))
    return table(("key", "without it", "meaning"), lines)


def types(connection: Connection, page: Path) -> str:
    """All conditions and all actions, each with its page."""
    text = ""
    for folder, kind in KINDS.items():
        rows = connection.execute(
            "select code, summary from trimtab.rule_vocabulary where kind = %s order by position", [kind]
        ).fetchall()
        text += ("\n" if text else "") + table(
            (kind, ""), [(f"[`{code}`](rules/{folder}/{code}.md)", said) for code, said in rows]
        )
    return text


def gates(connection: Connection, page: Path) -> str:
    """What may hold a decision back, in the order in which it is asked."""
    rows = connection.execute("select code, meaning, tune_with from trimtab.rule_gates order by position").fetchall()
    return table(("gate", "holds back when", "tune with"), [(f"`{code}`", said, tuned) for code, said, tuned in rows])


def parts(connection: Connection, page: Path) -> str:
    """The parts of the tick, in their order, each with what its function says of itself."""
    rows = connection.execute(
        "select p.part, p.lane, obj_description(to_regproc(p.function), 'pg_proc'), p.every_seconds, p.organizations"
        " from trimtab.tick_plan() p order by p.lane, p.place, p.part"
    ).fetchall()
    lines = []
    for part, lane, comment, seconds, finder in rows:
        often = {0: "every tick", 3600: "every hour", 86400: "every day"}.get(seconds, f"every {seconds} s")
        does = comment.removeprefix("Part of the tick: ").split(". ")[0]
        lines.append((f"`{part}`", lane, does, "for who has any" if finder and not seconds else often))
    return table(("part", "lane", "does", "how often"), lines)


def kept(connection: Connection, page: Path) -> str:
    """What the tick deletes, and when."""
    rows = connection.execute("select what, days::text, description from trimtab.kept_days() order by what").fetchall()
    return table(("`kept_days`", "default", ""), [(f"`{what}`", days, said) for what, days, said in rows])


def properties(schema: dict[str, Any]) -> list[str]:
    """The keys of a payload, those that are required in the order in which the schema names them."""
    required = schema.get("required", [])
    return [*required, *sorted(key for key in schema.get("properties", {}) if key not in required)]


def systemevents(connection: Connection, page: Path) -> str:
    """The types that Trimtab itself writes."""
    rows = connection.execute(
        "select t.type, t.subject_type, t.description, t.payload_schema from trimtab.event_types t"
        " where t.source = 'system' order by split_part(t.type, '.', 1), t.type",
    ).fetchall()
    return table(
        ("type", "about", "when", "payload"),
        [
            (
                f"`{name}`",
                subject or "",
                said,
                ", ".join(f"`{key}`" for key in properties(schema))
                + ("" if schema.get("additionalProperties") is False else " and more"),
            )
            for name, subject, said, schema in rows
        ],
    )


def externalevents(connection: Connection, page: Path) -> str:
    """The types of the catalogue that come from outside, with what their payloads hold."""
    rows = connection.execute(
        "select t.type, t.description, t.payload_schema from trimtab.event_types t"
        " where t.source = 'external' order by t.type",
    ).fetchall()
    text = ""
    for name, said, schema in rows:
        keys = []
        for key in properties(schema):
            value = schema["properties"][key]
            kinds = value.get("type", "any")
            bounds = [
                word.format(value[limit])
                for limit, word in (
                    ("minimum", "from {}"),
                    ("maximum", "to {}"),
                    ("maxLength", "at most {} characters"),
                )
                if limit in value
            ]
            notes = [*([kinds] if isinstance(kinds, str) else [" or ".join(kinds)]), *bounds]
            if key in schema.get("required", []):
                notes.append("required")
            keys.append((f"`{key}`", ", ".join(notes), value.get("description", "")))
        text += f"**`{name}`**: {said}\n\n{table(('key', 'takes', ''), keys)}\n"
    return text.rstrip("\n") + "\n"


PARTS: dict[str, Callable[[Connection, Path], str]] = {
    "summary": summary,
    "parameters": parameters,
    "keys": keys,
    "types": types,
    "gates": gates,
    "parts": parts,
    "kept": kept,
    "systemevents": systemevents,
    "externalevents": externalevents,
    **conformance.PARTS,
}


def filled(connection: Connection, page: Path) -> str:
    """A page as it should be."""

    def fill(mark: re.Match[str]) -> str:
        if mark["name"] not in PARTS:
            return mark[0]
        return mark.group(1) + PARTS[mark["name"]](connection, page) + mark.group(3)

    return MARK.sub(fill, page.read_text(encoding="utf-8"))


def pages() -> list[Path]:
    """Every page that has such a part."""
    return [
        page
        for page in sorted(DOCS.rglob("*.md"))
        if any(mark["name"] in PARTS for mark in MARK.finditer(page.read_text(encoding="utf-8")))
    ]


def main() -> None:
    """Write what the database says into the pages."""
    cluster = TestCluster()
    try:
        with cluster.create(cluster.template("migrated")).connect() as connection:
            for page in pages():
                page.write_text(filled(connection, page), encoding="utf-8")
                print(page.relative_to(DOCS))
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
