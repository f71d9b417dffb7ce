"""Numbers as exports write them: thousands separators, decimal commas, currency signs; never guessed cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from trimtab.importers.faults import CellError

DecimalSign = Literal[".", ","]

# No value: what platforms write where there is nothing to say. Compared without blanks around, in lower case.
PLACEHOLDERS = frozenset({"", "-", "--", "\u2013", "\u2014", "n/a", "na", "null", "none", "nan", "(not set)"})

_BLANKS = "\u0020\u00a0\u2009\u202f"
_SIGNS = "$€£¥₹₩₽₺₫฿₴₪₱"
_BEFORE = rf"(?:[A-Z]{{0,3}}[{_SIGNS}]|[A-Z]{{3}}|Rp\.?|R|kr\.?)?"
_BEHIND = rf"(?:[A-Z]{{0,3}}[{_SIGNS}]|[A-Z]{{3}}|kr\.?|zł)?"
_MONEY = re.compile(rf"{_BEFORE}[{_BLANKS}]*(.*?)[{_BLANKS}]*{_BEHIND}")
_POINT = re.compile(
    rf"[+-]?(?:\d+|\d{{1,3}}(?:,\d{{3}})+|\d{{1,2}}(?:,\d{{2}})+,\d{{3}}|\d{{1,3}}(?:[{_BLANKS}']\d{{3}})+)?(?:\.\d*)?(?:[eE][+-]?\d{{1,3}})?"
)
_COMMA = re.compile(
    rf"[+-]?(?:\d+|\d{{1,3}}(?:\.\d{{3}})+|\d{{1,3}}(?:[{_BLANKS}']\d{{3}})+)?(?:,\d*)?(?:[eE][+-]?\d{{1,3}})?"
)
_GROUPED = re.compile(rf"[,.{_BLANKS}']")
_EVIDENCE_POINT = re.compile(
    r"[+-]?(?:\d{1,3}(?:,\d{3})+\.\d*|\d*\.(?:\d{1,2}|\d{4,})|\d{4,}\.\d+|0\.\d+|\d{1,3}(?:,\d{3}){2,})"
)
_EVIDENCE_COMMA = re.compile(
    r"[+-]?(?:\d{1,3}(?:\.\d{3})+,\d*|\d*,(?:\d{1,2}|\d{4,})|\d{4,},\d+|0,\d+|\d{1,3}(?:\.\d{3}){2,})"
)
_LARGEST_EXPONENT = 30
_LONGEST = 60
_MOST = 10**15


def is_absent(text: str) -> bool:
    """Whether a cell says that there is no value."""
    return text.strip().lower() in PLACEHOLDERS


def parse_number(text: str, decimal: DecimalSign = ".") -> Decimal:
    """The exact value of a number as a file writes it.

    Args:
        text: a cell; a currency sign or code before or behind it is passed over.
        decimal: the file's decimal sign. The other one of `.` and `,` separates thousands, in groups of three (with
            a decimal point also in the Indian way, 12,34,567); so do blanks and apostrophes.
    Raises:
        CellError: it is no number, or one that contradicts the decimal sign.
    """
    stripped = text.strip()
    money = _MONEY.fullmatch(stripped)
    core = money[1] if money else stripped
    negative = core.startswith("(") and core.endswith(")")
    if negative:
        core = core[1:-1]
    core = core.replace("\u2212", "-")
    if not any(sign in "0123456789" for sign in core):
        raise CellError("no number")
    if len(core) > _LONGEST:
        raise CellError("beyond belief")
    if core.endswith("%"):
        raise CellError("a percentage, where a figure is wanted")
    if not (_POINT if decimal == "." else _COMMA).fullmatch(core):
        other: DecimalSign = "," if decimal == "." else "."
        if (_POINT if other == "." else _COMMA).fullmatch(core):
            raise CellError(f"contradicts the file's decimal sign, which is '{decimal}'")
        raise CellError("no number")
    whole, _, fraction = core.partition(decimal)
    plain = _GROUPED.sub("", whole) + ("." + fraction if fraction else "")
    exponent = re.search(r"[eE]([+-]?\d+)", plain)
    if exponent and abs(int(exponent[1])) > _LARGEST_EXPONENT:
        raise CellError("beyond belief")
    value = Decimal(plain)
    return -value if negative else value


def parse_whole(text: str, decimal: DecimalSign = ".") -> int:
    """A whole number; 4313.0 is one.

    Raises:
        CellError: no number, or one with a fraction.
    """
    value = parse_number(text, decimal)
    if value != value.to_integral_value():
        raise CellError("no whole number")
    if abs(value) >= _MOST:
        raise CellError("beyond belief")
    return int(value)


def looks_grouped(text: str, decimal: DecimalSign) -> bool:
    """Whether digits behind the decimal sign may be thousands in truth: 5.779 and 12.000, but not 0.779."""
    return re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}(\{decimal}\d{{3}})+", text.strip()) is not None


def recognise_decimal(values: Iterable[str], whole: bool = False) -> tuple[int, int, bool]:
    """What the numbers of a column prove about the file's decimal sign.

    Args:
        values: cells of a number column.
        whole: the column counts things, so that 1,415 has a separator of thousands.
    Returns:
        How many prove a point (1.5, 1,234.5, 0.125), how many a comma, and whether there are others such as 1,234
        that mean different things by either sign.
    """
    point = comma = 0
    ambiguous = False
    for value in values:
        money = _MONEY.fullmatch(value.strip())
        core = money[1] if money else value.strip()
        if core.isdigit():
            continue
        if _EVIDENCE_POINT.fullmatch(core):
            point += 1
        elif _EVIDENCE_COMMA.fullmatch(core):
            comma += 1
        elif looks_grouped(core, ","):
            point, ambiguous = point + whole, ambiguous or not whole
        elif looks_grouped(core, "."):
            comma, ambiguous = comma + whole, ambiguous or not whole
    return point, comma, ambiguous
