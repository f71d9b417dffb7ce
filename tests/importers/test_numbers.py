"""Numbers against Python's own formatting, which knows nothing of ours."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.importers.faults import CellError
from trimtab.importers.numbers import (
    DecimalSign,
    is_absent,
    looks_grouped,
    parse_number,
    parse_whole,
    recognise_decimal,
)

exact = st.decimals(min_value=Decimal("-1e12"), max_value=Decimal("1e12"), places=2)
places = st.integers(0, 6)


def swap(text: str) -> str:
    return text.translate(str.maketrans(",.", ".,"))


@given(exact, places)
def test_grouped_by_thousands(value: Decimal, digits: int) -> None:
    text = f"{value:,.{digits}f}"
    expected = Decimal(f"{value:.{digits}f}")
    assert parse_number(text, ".") == expected
    assert parse_number(swap(text), ",") == expected


@given(exact)
def test_plain(value: Decimal) -> None:
    text = format(value, "f")
    assert parse_number(text) == value
    assert parse_number(text.replace(".", ","), ",") == value


@given(st.integers(0, 10**12), st.sampled_from([" ", "\u00a0", "\u202f", "'"]))
def test_grouped_by_blanks_and_apostrophes(value: int, sign: str) -> None:
    text = f"{value:,}".replace(",", sign)
    assert parse_whole(text) == value
    assert parse_whole(text, ",") == value


@given(exact, st.sampled_from(["{}", "${}", "$ {}", "€{}", "{} €", "USD {}", "{} USD", "R$ {}", "A${}", "Rp {}"]))
def test_money_signs_are_passed_over(value: Decimal, frame: str) -> None:
    value = abs(value)
    assert parse_number(frame.format(f"{value:,}")) == value


@given(st.integers(0, 10**12))
def test_whole_with_a_needless_fraction(value: int) -> None:
    assert parse_whole(f"{value}.0") == value


@given(st.text(max_size=12), st.sampled_from([".", ","]))
def test_whatever_is_read_has_the_digits_that_stand_there(text: str, sign: DecimalSign) -> None:
    try:
        value = parse_number(text, sign)
    except CellError:
        return
    if "e" in text.lower().strip("EURkr"):
        return
    read = "".join(one for one in format(value, "f") if one in "0123456789").lstrip("0")
    written = "".join(one for one in text if one in "0123456789").lstrip("0")
    assert read == written


@given(exact.filter(lambda value: value != 0), st.integers(0, 3))
def test_both_signs_read_it_alike_or_one_refuses_or_it_may_be_thousands(value: Decimal, digits: int) -> None:
    text = f"{abs(value):,.{digits}f}"
    readings = []
    for sign in (".", ","):
        try:
            readings.append(parse_number(text, sign))
        except CellError:
            continue
    if len(set(readings)) > 1:
        assert looks_grouped(text, ".") or looks_grouped(text, ",") or text.startswith("0.")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("abc", "no number"),
        ("", "no number"),
        ("1.234,56", "contradicts"),
        ("1,23", "contradicts"),
        ("12%", "percentage"),
        ("1.2.3", "no number"),
        ("1,2345", "contradicts"),
        ("--5", "no number"),
        ("5-", "no number"),
        ("1e99", "beyond belief"),
        ("٣", "no number"),
        ("²", "no number"),
        ("9" * 70, "beyond belief"),
        ("< 10%", "percentage"),
        ("inf", "no number"),
        ("NaN", "no number"),
        ("0x10", "no number"),
        ("1_000", "no number"),
    ],
)
def test_what_is_no_number_says_why(text: str, reason: str) -> None:
    with pytest.raises(CellError, match=reason):
        parse_number(text)


def test_a_comma_file_refuses_points_that_separate_nothing() -> None:
    assert parse_number("7307,37", ",") == Decimal("7307.37")
    assert parse_number("1.234", ",") == 1234
    for text in ("1.8", "27.60", "1,234.5"):
        with pytest.raises(CellError, match="contradicts"):
            parse_number(text, ",")


def test_negative_in_brackets_and_by_minus_sign() -> None:
    assert parse_number("(1,200.50)") == Decimal("-1200.50")
    assert parse_number("\u22125") == -5


@pytest.mark.parametrize("text", ["4313.5", "0.1"])
def test_a_count_has_no_fraction(text: str) -> None:
    with pytest.raises(CellError, match="no whole number"):
        parse_whole(text)


@given(st.lists(exact.filter(lambda value: value != value.to_integral_value()), min_size=1))
def test_the_decimal_sign_is_recognised(values: list[Decimal]) -> None:
    texts = [f"{value:,}" for value in values]
    point, comma, _ = recognise_decimal(texts)
    assert point > 0 == comma
    point, comma, _ = recognise_decimal([swap(text) for text in texts])
    assert comma > 0 == point


def test_thousands_prove_the_sign_only_where_things_are_counted() -> None:
    assert recognise_decimal(["1,415"]) == (0, 0, True)
    assert recognise_decimal(["1,415"], whole=True) == (1, 0, False)
    assert recognise_decimal(["12", "", "-"]) == (0, 0, False)


@pytest.mark.parametrize("text", ["", "-", " --", "\u2014", "N/A", "null", "None"])
def test_absent(text: str) -> None:
    assert is_absent(text)


@pytest.mark.parametrize("text", ["0", "0.00", "no"])
def test_not_absent(text: str) -> None:
    assert not is_absent(text)
