"""JSON that a command is handed: rules, triggers, schedules and events."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import psycopg

from trimtab.cli.context import err
from trimtab.errors import TrimtabError


def parse_json(text: str) -> object:
    """What a text of JSON holds.

    Raises:
        ValueError: it is no JSON; NaN and Infinity, which Python would take, are none, nor are numbers beyond a double.
        RecursionError: it is nested too deeply to be read.
    """
    return json.loads(text, parse_constant=_refuse, parse_float=_finite)


def read_documents(file: TextIO) -> list[tuple[str, object]]:
    """The documents of a file, each with its place there ('' where there is only one).

    Raises:
        TrimtabError: the file is no JSON.
    """
    try:
        found = parse_json(file.read())
    except (ValueError, RecursionError) as error:
        raise TrimtabError(
            f"{getattr(file, 'name', '<stdin>')} is not JSON: {error}",
            "one stands in { }; several stand in [ ] with commas between them, and none after the last",
        ) from None
    return [(f"[{n}] ", one) for n, one in enumerate(found)] if isinstance(found, list) else [("", found)]


@contextmanager
def named(kind: str, place: str, document: object) -> Iterator[None]:
    """What is refused within says which document of the file it is about ('[1] a rule without a name:')."""
    try:
        yield
    except psycopg.Error as error:
        if place and error.diag.message_primary:
            name = document.get("name") if isinstance(document, dict) else None
            err.print(f"{place}{name or f'a {kind} without a name'}:", highlight=False, markup=False)
        raise


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large")
    return number


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
