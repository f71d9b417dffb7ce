"""schema_faults() beside the package jsonschema, and the predicate that is made of a schema beside schema_faults()."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import hypothesis
import jsonschema
import pytest
from hypothesis import strategies as st
from support.database import Connection, Database, TestCluster

Schema = dict[str, Any]

NAMES = st.sampled_from(["a", "b", 'quo"te', "sp ace", "$x", "ü"])
TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8)
NUMBERS = st.one_of(st.integers(-5, 5), st.sampled_from([0.5, -1.5, 2.0, 1e20]))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS, NAMES)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=8,
)
TYPES = st.sampled_from(["object", "array", "string", "number", "integer", "boolean", "null"])


@st.composite
def schemas(draw: st.DrawFn, depth: int = 3) -> Schema:
    schema: Schema = {}
    if draw(st.integers(0, 3)):
        schema["type"] = draw(st.one_of(TYPES, st.lists(TYPES, min_size=1, max_size=3, unique=True)))
    if depth and draw(st.booleans()):
        schema["properties"] = draw(st.dictionaries(NAMES, schemas(depth - 1), max_size=3))
    if draw(st.booleans()):
        schema["required"] = draw(st.lists(NAMES, max_size=2, unique=True))
    if not draw(st.integers(0, 2)):
        schema["additionalProperties"] = draw(st.booleans())
    if depth and draw(st.booleans()):
        schema["items"] = draw(schemas(depth - 1))
    if not draw(st.integers(0, 3)):
        schema["enum"] = draw(st.lists(DOCUMENTS, min_size=1, max_size=3))
    for limit in ("minimum", "maximum"):
        if not draw(st.integers(0, 2)):
            schema[limit] = draw(NUMBERS)
    if not draw(st.integers(0, 2)):
        schema["maxLength"] = draw(st.integers(0, 6))
    return schema


@pytest.fixture(scope="module")
def connection(cluster: TestCluster) -> Iterator[Connection]:
    database = cluster.create(cluster.template("migrated"))
    yield database.connect()
    cluster.drop(database)


def judged(connection: Connection, schema: Schema, document: Any) -> tuple[list[str], list[str], bool | None]:
    row = connection.execute(
        "select trimtab.schema_errors(g.schema), trimtab.schema_faults(g.schema, g.document),"
        " g.document @@ trimtab.schema_predicate(g.schema)::jsonpath"
        " from (select %s::jsonb as schema, %s::jsonb as document) g",
        [json.dumps(schema), json.dumps(document)],
    ).fetchone()
    assert row
    return row[0], row[1], row[2]


def has_compound_enum(schema: Any) -> bool:
    """What the predicate leaves to schema_faults()."""
    if isinstance(schema, dict):
        return any(isinstance(value, dict | list) for value in schema.get("enum", [])) or any(
            has_compound_enum(inner) for inner in [*schema.get("properties", {}).values(), schema.get("items")]
        )
    return False


@hypothesis.settings(max_examples=400)
@hypothesis.given(schema=schemas(), document=DOCUMENTS)
def test_faults_are_found_where_jsonschema_finds_them(connection: Connection, schema: Schema, document: Any) -> None:
    errors, faults, holds = judged(connection, schema, document)
    is_valid = jsonschema.Draft202012Validator(schema).is_valid(document)
    assert errors == []
    assert (faults == []) is is_valid, faults
    if not is_valid:
        assert holds is False, "the predicate holds for nothing with a fault, and is never unknown"
    elif not has_compound_enum(schema):
        assert holds is True, "and for what has none"


@pytest.mark.parametrize("length", [254, 255, 256, 300, 301])
def test_a_long_text_is_left_to_the_slow_way(connection: Connection, length: int) -> None:
    errors, faults, holds = judged(connection, {"type": "string", "maxLength": 300}, "\n" * length)
    assert errors == []
    assert (faults == []) is (length <= 300)
    assert holds is (length <= 255)


def test_every_schema_of_the_catalogue_is_one(db: Database) -> None:
    rows = db.rows("select t.type, t.payload_schema from trimtab.event_types t")
    assert len(rows) > 30
    for _, schema in rows:
        jsonschema.Draft202012Validator.check_schema(schema)
