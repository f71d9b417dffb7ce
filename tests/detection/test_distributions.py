"""The distribution functions in SQL against SciPy's."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import special, stats
from support.database import Database

SHAPES = (0.04, 0.3, 0.5, 1, 1.7, 5, 9.9, 10, 42.5, 300, 4999, 5001, 2e4, 1e6)
PROBABILITIES = (1e-9, 1e-4, 0.01, 0.2, 0.5, 0.8, 0.99, 0.9999)


def ask(db: Database, function: str, arguments: Sequence[tuple[float, ...]]) -> list[float]:
    """The function of each row of arguments, in order."""
    names = ", ".join(f"(a.value ->> {place})::double precision" for place in range(len(arguments[0])))
    rows = db.rows(
        f"select trimtab.{function}({names}) from jsonb_array_elements(%s::jsonb) with ordinality as a (value, place)"
        " order by a.place",
        [json.dumps(arguments)],
    )
    return [row[0] for row in rows]


def test_log_gamma(db: Database) -> None:
    values = [(x,) for x in (1e-6, 0.01, 0.5, 1, 1.5, 2, 3.3, 9.99, 10, 57, 1e4, 1e9)]
    got = ask(db, "log_gamma", values)
    assert got == pytest.approx([special.gammaln(x) for (x,) in values], rel=1e-12, abs=1e-12)
    assert db.value("select trimtab.log_gamma(0)") is None


def test_normal_cdf(db: Database) -> None:
    values = [(float(x),) for x in (*np.linspace(-12, 12, 97), 1e-300, -1e-12, 1e-5)]
    got = ask(db, "normal_cdf", values)
    assert got == pytest.approx([stats.norm.cdf(x) for (x,) in values], abs=1e-12)


def test_gamma_cdf(db: Database) -> None:
    values = [(a, float(stats.gamma.ppf(p, a))) for a in SHAPES for p in PROBABILITIES]
    values += [(a, x) for a in SHAPES for x in (0.0, -1.0, 1e-310, 1e-50, a / 1000, a / 10, a * 10, 1e9)]
    got = ask(db, "gamma_cdf", values)
    for (a, x), found in zip(values, got, strict=True):
        assert found == pytest.approx(stats.gamma.cdf(x, a), abs=2e-5 if a > 5000 else 1e-10), (a, x)
    assert db.value("select trimtab.gamma_cdf(2, 'Infinity')") == 1
    assert db.value("select trimtab.gamma_cdf(0, 1)") is None


def test_beta_cdf(db: Database) -> None:
    pairs = [(0.3, 0.3), (0.5, 7), (1, 1), (2.5, 40), (30, 30), (1, 900), (800, 3), (4e3, 6e3), (1e5, 1e5)]
    values = [(a, b, float(stats.beta.ppf(p, a, b))) for a, b in pairs for p in PROBABILITIES]
    values += [(a, b, x) for a, b in pairs for x in (-0.5, 0.0, 0.001, 0.999, 1.0, 2.0)]
    got = ask(db, "beta_cdf", values)
    for (a, b, x), found in zip(values, got, strict=True):
        assert found == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-9), (a, b, x)
    assert db.value("select trimtab.beta_cdf(0, 1, 0.5)") is None


def test_ratio_below(db: Database) -> None:
    """Two gamma variables: the answer by numerical integration over the second one."""
    from scipy import integrate

    for a, r, b, s, c in ((5, 2, 9, 3, 1), (80, 1000, 100, 900, 0.7), (2.5, 1, 2.5, 1, 1), (300, 10, 40, 2, 1.4)):
        scale = 1 / s

        def below(y: float, a: float = a, r: float = r, b: float = b, s: float = scale, c: float = c) -> float:
            return float(stats.gamma.cdf(c * y, a, scale=1 / r) * stats.gamma.pdf(y, b, scale=s))

        top = b / s + 12 * math.sqrt(b) / s
        expected, _ = integrate.quad(below, 0, top, points=[b / s], limit=200)
        assert ask(db, "ratio_below", [(a, r, b, s, c)])[0] == pytest.approx(expected, abs=1e-7)
