"""The windows and metrics, computed a second time: plainly, fact by fact, in Python.

Written from the descriptions in docs/metrics.md, apart from the SQL. Days and hours are counted with zoneinfo.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

MEASURES = ("impressions", "clicks", "spend", "conversions", "revenue", "likes", "shares", "comments", "reach")
MONEY = ("spend", "revenue")
# code: (numerator, denominator, factor)
RATIOS = {
    "frequency": ("impressions", "reach", 1),
    "ctr": ("clicks", "impressions", 100),
    "cpc": ("spend", "clicks", 1),
    "cpm": ("spend", "impressions", 1000),
    "cpa": ("spend", "conversions", 1),
    "conversion_rate": ("conversions", "clicks", 100),
    "engagement_rate": ("engagements", "impressions", 100),
    "roas": ("revenue", "spend", 1),
}
# those that rules ask for most come first
METRICS = (
    "spend", "roas", "conversions", "cpa", "ctr", "revenue", "clicks", "impressions", "cpc", "conversion_rate", "cpm",
    "frequency", "engagement_rate", "reach", "likes", "shares", "comments",
)  # fmt: skip
# code: (unit, oldest, youngest); counted back from the present, None: from the beginning
WINDOWS: dict[str, tuple[str, int | None, int]] = {
    "last_1_hour": ("hour", 1, 1),
    "last_6_hours": ("hour", 6, 1),
    "last_24_hours": ("hour", 24, 1),
    "today": ("day", 0, 0),
    "yesterday": ("day", 1, 1),
    "last_3_days": ("day", 3, 1),
    "last_7_days": ("day", 7, 1),
    "last_14_days": ("day", 14, 1),
    "last_30_days": ("day", 30, 1),
    "lifetime": ("day", None, 0),
    "previous_1_hour": ("hour", 2, 2),
    "previous_6_hours": ("hour", 12, 7),
    "previous_24_hours": ("hour", 48, 25),
    "before_today": ("day", 1, 1),
    "before_yesterday": ("day", 2, 2),
    "previous_3_days": ("day", 6, 4),
    "previous_7_days": ("day", 14, 8),
    "previous_14_days": ("day", 28, 15),
    "previous_30_days": ("day", 60, 31),
}

Rate = Callable[[str, str, date], Fraction | None]


@dataclass(frozen=True)
class Fact:
    """One version of the figures of a campaign's day, or of an hour of it; a measure that is not there is None."""

    grain: str
    day: date
    hour: datetime | None
    known_from: int
    known_to: int | None
    is_derived: bool
    currency: str
    measures: dict[str, Decimal | None]


@dataclass(frozen=True)
class Answer:
    signals: list[Fraction | None]
    first_day: date | None
    facts_end_at: datetime | None
    facts_revision: int
    valid_until: datetime


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """The first instant whose local date is the day or a later one, found by looking at every quarter of an hour."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    while moment.astimezone(zone).date() < day:
        moment += timedelta(minutes=15)
    return moment


def hour_start(moment: datetime, zone: ZoneInfo) -> datetime:
    """The start of the local clock hour in which the moment lies."""
    local = moment.astimezone(zone)
    since = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return (moment - since).astimezone(UTC)


def answer(
    facts: Iterable[Fact],
    as_of: datetime,
    time_zone: str,
    currency: str,
    rate: Rate,
    known: int | None = None,
) -> Answer:
    """What compute_signals() should return for a campaign with these facts."""
    zone = ZoneInfo(time_zone)
    today = as_of.astimezone(zone).date()
    this_hour = hour_start(as_of, zone)
    visible = [fact for fact in facts if is_known(fact, known)]
    days = [fact for fact in visible if fact.grain == "day" and fact.day <= today]
    hours = [
        fact
        for fact in visible
        if fact.hour is not None and this_hour - timedelta(hours=48) <= fact.hour <= this_hour - timedelta(hours=1)
    ]
    signals: list[Fraction | None] = []
    chosen = {
        window: [
            fact
            for fact in (days if unit == "day" else hours)
            if within(age(fact, today, this_hour), oldest, youngest)
        ]
        for window, (unit, oldest, youngest) in WINDOWS.items()
    }
    for metric in METRICS:
        for window in WINDOWS:
            rows = [converted(fact, currency, rate) for fact in chosen[window]]
            signals.append(value(metric, rows))
    read = days + hours
    reported = [fact for fact in days if not fact.is_derived]
    derived = [fact for fact in days if fact.is_derived]
    ends = [fact.hour + timedelta(hours=1) for fact in hours if fact.hour is not None]
    if reported:
        ends.append(day_start(max(fact.day for fact in reported) + timedelta(days=1), zone))
    if derived:
        latest = max(fact.day for fact in derived)
        ends += [fact.hour + timedelta(hours=1) for fact in visible if fact.hour is not None and fact.day == latest]
    midnight = day_start(today + timedelta(days=1), zone)
    return Answer(
        signals=signals,
        first_day=min((fact.day for fact in read), default=None),
        facts_end_at=max(ends, default=None),
        facts_revision=max((fact.known_from for fact in read), default=0),
        valid_until=min(midnight, this_hour + timedelta(hours=1)) if hours else midnight,
    )


def is_known(fact: Fact, known: int | None) -> bool:
    if known is None:
        return fact.known_to is None
    return fact.known_from <= known and (fact.known_to is None or fact.known_to > known)


def age(fact: Fact, today: date, this_hour: datetime) -> int:
    if fact.hour is None:
        return (today - fact.day).days
    return -(-int((this_hour - fact.hour).total_seconds()) // 3600)


def within(age: int, oldest: int | None, youngest: int) -> bool:
    return age >= youngest and (oldest is None or age <= oldest)


class NoRateError(Exception):
    """An amount that cannot be converted."""


def converted(fact: Fact, currency: str, rate: Rate) -> dict[str, Fraction | NoRateError | None]:
    row: dict[str, Fraction | NoRateError | None] = {}
    for measure in MEASURES:
        value = fact.measures.get(measure)
        if value is None:
            row[measure] = None
        elif measure in MONEY and fact.currency != currency:
            factor = rate(fact.currency, currency, fact.day)
            row[measure] = NoRateError() if factor is None else Fraction(value) * factor
        else:
            row[measure] = Fraction(value)
    parts = [part for name in ("likes", "shares", "comments") if isinstance(part := row[name], Fraction)]
    row["engagements"] = sum(parts, Fraction()) if parts else None
    return row


def value(metric: str, rows: Sequence[dict[str, Fraction | NoRateError | None]]) -> Fraction | None:
    if metric == "reach":
        return max((value for row in rows if isinstance(value := row["reach"], Fraction)), default=None)
    if metric in RATIOS:
        above, below, factor = RATIOS[metric]
        for part in (above, below):
            if any(isinstance(row[part], NoRateError) for row in rows):
                return None
        both = [row for row in rows if row[above] is not None and row[below] is not None]
        numerator, denominator = _sum(both, above), _sum(both, below)
        return factor * numerator / denominator if numerator is not None and denominator else None
    if any(isinstance(row[metric], NoRateError) for row in rows):
        return None
    return _sum(rows, metric)


def _sum(rows: Sequence[dict[str, Fraction | NoRateError | None]], measure: str) -> Fraction | None:
    values = [value for row in rows if isinstance(value := row[measure], Fraction)]
    return sum(values, Fraction()) if values else None
