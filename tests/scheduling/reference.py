"""Runs worked out apart from the database: local times by cronsim or dateutil, put on the clock by zoneinfo.

The libraries give local times without a zone; what becomes of one that the clocks leave out or show twice is worked out
here, after PEP 495: fold=0 and fold=1 of a time that comes twice are its two passes, and fold=0 of one that is left out
is read with the offset before the change, which puts it later by as much.
"""

from __future__ import annotations

import datetime as dt
import random
import zoneinfo
from collections.abc import Iterable, Iterator

from cronsim import CronSim, CronSimError

UTC = dt.UTC
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
GAPS = ("shift", "skip")
OVERLAPS = ("first", "last", "both")
# What a change of the clocks can move: zones have crossed the date line.
REACH = dt.timedelta(days=2)


def seeded(seed: int | str | None) -> random.Random:
    """Random numbers, the same each time for a seed."""
    return random.Random(seed)  # noqa: S311


def term(rng: random.Random, low: int, high: int, names: list[str]) -> str:
    """A value, a range or all, perhaps with a step."""

    def word(value: int) -> str:
        return (
            rng.choice([names[value - low], names[value - low].upper()]) if names and rng.random() < 0.5 else str(value)
        )

    first, last = sorted(rng.sample(range(low, high + 1), 2))
    kind = rng.random()
    if kind < 0.5:
        return word(first)
    if kind < 0.75:
        return f"{word(first)}-{word(last)}"
    if kind < 0.85:
        return f"{first}-{last}/{rng.randint(1, high)}"
    if kind < 0.95:
        return f"*/{rng.randint(1, high)}"
    return f"{first}/{rng.randint(1, high)}"


def expression(rng: random.Random) -> str:
    """A random cron expression that both cronsim and Trimtab read, and read alike."""

    def field(
        low: int, high: int, names: list[str] | None = None, special: list[str] | None = None, star: float = 0.4
    ) -> str:
        if rng.random() < star:
            return "*"
        terms = [
            rng.choice(special) if special and rng.random() < 0.15 else term(rng, low, high, names or [])
            for _ in range(rng.choice([1, 1, 1, 2, 3]))
        ]
        return ",".join(terms)

    while True:
        found = " ".join(
            (
                field(0, 59, star=0.1),
                field(0, 23, star=0.25),
                field(1, 31, special=["L", "LW"]),
                field(1, 12, MONTHS),
                field(
                    0, 6, WEEKDAYS, [f"{d}#{n}" for d in range(8) for n in range(1, 6)] + [f"{d}L" for d in range(8)]
                ),
            )
        )
        if comes(found):
            return found


def comes(cron: str) -> bool:
    try:
        next(CronSim(cron, dt.datetime(2020, 1, 1)))
    except (StopIteration, CronSimError):
        return False
    return True


def local_times(cron: str, after: dt.datetime) -> Iterator[dt.datetime]:
    """The local times of an expression after one, for ever; none where there is none within 50 years."""
    return iter(CronSim(cron, after))


def instants(local: dt.datetime, zone: dt.tzinfo, on_gap: str, on_overlap: str) -> list[dt.datetime]:
    """The moments at which a local time comes."""
    first, last = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == last:
        return [first]
    if first.astimezone(zone).replace(tzinfo=None) == local:
        return {"first": [first], "last": [last], "both": [first, last]}[on_overlap]
    return [first] if on_gap == "shift" else []


def runs(
    times: Iterable[dt.datetime], zone: dt.tzinfo, after: dt.datetime, count: int, on_gap: str, on_overlap: str
) -> list[dt.datetime]:
    """The first `count` runs after a moment of ascending local times that begin well before it."""
    found: set[dt.datetime] = set()
    enough: dt.datetime | None = None
    for local in times:
        if enough is not None and local > enough:
            break
        found.update(run for run in instants(local, zone, on_gap, on_overlap) if run > after)
        if enough is None and len(found) >= count:
            enough = local + REACH
    return sorted(found)[:count]


def cron_runs(
    cron: str, zone: dt.tzinfo, after: dt.datetime, count: int = 1, on_gap: str = "shift", on_overlap: str = "first"
) -> list[dt.datetime]:
    begin = after.astimezone(zone).replace(tzinfo=None) - REACH
    return runs(local_times(cron, begin), zone, after, count, on_gap, on_overlap)


def changes(zone: dt.tzinfo, first: int, last: int) -> list[dt.datetime]:
    """The moments from the year `first` to the year `last` (both whole) at which the clocks of a zone change."""
    found = []
    step = dt.timedelta(hours=12)
    at = dt.datetime(first, 1, 1, tzinfo=UTC)
    end = dt.datetime(last + 1, 1, 1, tzinfo=UTC)
    while at < end:
        before, after = at.astimezone(zone).utcoffset(), (at + step).astimezone(zone).utcoffset()
        if before != after:
            low, high = at, at + step
            while high - low > dt.timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                if middle.astimezone(zone).utcoffset() == before:
                    low = middle
                else:
                    high = middle
            found.append(high)
        at += step
    return found


def zones() -> list[str]:
    """The IANA names of places, as Trimtab takes them."""
    return sorted(
        name
        for name in zoneinfo.available_timezones()
        if "/" in name and not name.startswith(("posix/", "right/", "SystemV/"))
    )
