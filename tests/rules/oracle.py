"""Rules judged a second time: plainly, condition by condition and fact by fact, in Python.

Written from what the conditions are said to mean, apart from the SQL: no signals, no positions, no terms. Metrics of
windows come from the facts themselves, by the plain computation of the signals' own oracle.
"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from signals import oracle as signals

Document = dict[str, Any]
SEVERITIES = ("low", "medium", "high", "critical")
MINIMA = {
    "min_spend": "spend",
    "min_conversions": "conversions",
    "min_clicks": "clicks",
    "min_impressions": "impressions",
    "min_duration_hours": "hours_running",
}
GROUPS = ("all", "any", "not")


class AmbiguousError(Exception):
    """The value lies on a bound but for what rounding may do: nothing can be said about which side."""


@dataclass(frozen=True)
class Campaign:
    """A campaign as it is at the moment asked for; money in its currency."""

    id: UUID
    title: str
    platform: str | None
    group_id: UUID | None
    group: str | None
    tags: list[str]
    status: str
    currency: str
    budget: Fraction | None
    daily_budget: Fraction | None
    bid: Fraction | None
    starts_at: datetime | None
    ends_at: datetime | None
    hours_running: Fraction
    facts: list[signals.Fact]


@dataclass(frozen=True)
class Finding:
    """An anomaly (metric, direction) or an opportunity (kind, confidence)."""

    campaign_id: UUID
    severity: str
    is_open: bool
    found_at: datetime
    metric: str | None = None
    direction: str | None = None
    kind: str | None = None
    confidence: Fraction | None = None


@dataclass(frozen=True)
class Value:
    """A number, and whether no division that does not end had part in it."""

    number: Fraction
    is_exact: bool = True


def ends(number: Fraction) -> bool:
    """The number has few decimal places."""
    return 10**12 % number.denominator == 0


@dataclass
class World:
    """An organization at a moment, as far as was known at a revision."""

    time_zone: str
    currency: str
    as_of: datetime
    known: int | None
    rate: signals.Rate
    campaigns: list[Campaign]
    anomalies: list[Finding] = field(default_factory=list)
    opportunities: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.zone = ZoneInfo(self.time_zone)
        self.local = self.as_of.astimezone(self.zone)
        self.today = self.local.date()
        self.this_hour = signals.hour_start(self.as_of, self.zone)
        self._answers: dict[UUID, signals.Answer] = {}
        self._values: dict[Any, Value | None] = {}

    # --- the tree

    def matches(self, document: Document, campaign: Campaign | None, event: Document | None = None) -> bool:
        """Whether the rule holds for the campaign (None: for an event alone)."""
        conditions = document["conditions"]
        if campaign is not None and not self._is_judged(document, campaign, event):
            return False
        tree = {"all": conditions} if isinstance(conditions, list) else conditions
        evidence = document.get("evidence", {})
        return self._holds(tree, False, campaign, event) and self._has_evidence(
            evidence, evidence.get("window", "lifetime"), campaign
        )

    def _is_judged(self, document: Document, campaign: Campaign, event: Document | None) -> bool:
        scope = document.get("scope", {})
        if "campaigns" in scope and str(campaign.id) not in scope["campaigns"]:
            return False
        if "platforms" in scope and campaign.platform not in scope["platforms"]:
            return False
        if "groups" in scope and str(campaign.group_id) not in scope["groups"]:
            return False
        if "tags" in scope and not folded(scope["tags"]) & folded(campaign.tags):
            return False
        if "related_to" in scope and not self._is_kin(campaign, [scope["related_to"]]):
            return False
        if scope.get("related"):
            payload = (event or {}).get("payload", {})
            named = [payload.get("campaign_id"), *payload.get("campaign_ids", [])]
            if (event or {}).get("subject_type") == "campaign":
                named.append((event or {}).get("subject_id"))
            if not self._is_kin(campaign, named) and not folded(payload.get("tags", [])) & folded(campaign.tags):
                return False
        if (
            campaign.ends_at is not None
            and campaign.ends_at <= self.as_of
            and campaign.status not in ("completed", "archived")
        ):
            return False
        if any(leaf["type"] == "campaign_status" for leaf in leaves(document["conditions"])):
            return True
        return campaign.status == "active"

    def _is_kin(self, campaign: Campaign, named: Iterable[str | None]) -> bool:
        for other in self.campaigns:
            if str(other.id) not in named:
                continue
            if other.id == campaign.id or (other.group_id is not None and other.group_id == campaign.group_id):
                return True
            if folded(other.tags) & folded(campaign.tags):
                return True
        return False

    def _holds(self, node: Document, negated: bool, campaign: Campaign | None, event: Document | None) -> bool:
        if "type" in node:
            return self._leaf_holds(node, negated, campaign, event) and self._has_evidence(
                node, node.get("window") or default_window(node), campaign
            )
        if "not" in node:
            return self._holds(node["not"], not negated, campaign, event)
        kind = "all" if "all" in node else "any"
        # Every part is looked at, so that what is ambiguous in one of them is told.
        parts = [self._holds(part, negated, campaign, event) for part in node[kind]]
        return all(parts) if (kind == "all") != negated else any(parts)

    def _has_evidence(self, minima: Document, window: str, campaign: Campaign | None) -> bool:
        for name, metric in MINIMA.items():
            if name in minima:
                value = None if campaign is None else self.metric(campaign, metric, window)
                if value is None or not _compare(value, ">=", _number(minima[name])):
                    return False
        return True

    def _leaf_holds(self, leaf: Document, negated: bool, campaign: Campaign | None, event: Document | None) -> bool:
        answer = self.answer(leaf, campaign, event)
        return answer is not None and answer != negated

    # --- single conditions

    def answer(self, leaf: Document, campaign: Campaign | None, event: Document | None) -> bool | None:
        """Whether a condition holds; None when nobody knows."""
        kind = leaf["type"]
        minute = self.local.hour * 60 + self.local.minute
        if kind == "time_based":
            since, until = (_minutes(leaf[name]) for name in ("from", "to"))
            return since <= minute < until if since < until else minute >= since or minute < until
        if kind == "day_of_week":
            return (self.today.weekday() + 1) % 7 in leaf["days"]
        if kind == "day_of_month":
            length = monthrange(self.today.year, self.today.month)[1]
            return self.today.day in leaf["days"] or self.today.day - length - 1 in leaf["days"]
        if kind == "working_day_of_month":
            return self._is_working_day(leaf["days"])
        if kind == "event_payload":
            return _payload_answer(leaf, event)
        if campaign is None:
            return None
        if kind == "campaign_status":
            return campaign.status in leaf["statuses"]
        if kind == "campaign_attribute":
            return _attribute_answer(leaf, campaign)
        if kind == "metric_rank":
            return self._is_ranked(leaf, campaign)
        value = self.number(leaf, campaign)
        if value is None:
            return None
        if kind in ("anomaly_detected", "recommendation_exists"):
            return value.number >= 1
        if "compare_to" in leaf and kind == "metric_threshold":
            return _compare(value, leaf["operator"], Fraction(0))
        return _compare(value, leaf["operator"], _threshold(leaf["threshold"]))

    def number(self, leaf: Document, campaign: Campaign) -> Value | None:
        """The value that a condition on figures looks at."""
        kind = leaf["type"]
        if kind == "metric_threshold":
            value = self.metric(campaign, leaf["metric"], leaf.get("window", "lifetime"))
            if "compare_to" not in leaf:
                return value
            other = leaf["compare_to"]
            against = self.metric(campaign, other["metric"], other.get("window", "lifetime"))
            if value is None or against is None:
                return None
            factor = _number(other.get("factor", 1))
            return Value(value.number - factor * against.number, value.is_exact and against.is_exact)
        if kind == "performance_change":
            return self._change(leaf, campaign)
        if kind == "budget_pacing":
            return self._pace(leaf, campaign)
        if kind == "anomaly_detected":
            since = self.as_of - timedelta(hours=leaf.get("hours", 24))
            metric = "roas" if leaf.get("metric") == "roi" else leaf.get("metric")
            return Value(
                Fraction(
                    sum(
                        found.campaign_id == campaign.id
                        and found.is_open
                        and since < found.found_at <= self.as_of
                        and _severe(found, leaf)
                        and metric in (None, found.metric)
                        and leaf.get("direction") in (None, found.direction)
                        for found in self.anomalies
                    )
                )
            )
        if kind == "recommendation_exists":
            least = leaf.get("min_confidence")
            return Value(
                Fraction(
                    sum(
                        found.campaign_id == campaign.id
                        and found.is_open
                        and found.found_at <= self.as_of
                        and _severe(found, leaf)
                        and leaf.get("recommendation_type") in (None, found.kind)
                        and (least is None or (found.confidence is not None and found.confidence >= _number(least)))
                        for found in self.opportunities
                    )
                )
            )
        raise AssertionError(kind)

    def _is_working_day(self, days: Sequence[int]) -> bool:
        length = monthrange(self.today.year, self.today.month)[1]
        working = [day for day in (self.today.replace(day=n) for n in range(1, length + 1)) if day.weekday() < 5]
        if self.today not in working:
            return False
        place = working.index(self.today)
        return place + 1 in days or place - len(working) in days

    def _is_ranked(self, leaf: Document, campaign: Campaign) -> bool | None:
        def part(other: Campaign) -> object:
            within = leaf.get("within", "organization")
            return "" if within == "organization" else other.platform if within == "platform" else other.group_id

        def figure(other: Campaign) -> Fraction | None:
            value = self.metric(other, leaf["metric"], leaf.get("window", "lifetime"))
            return None if value is None else _round(value.number)

        ranked = {
            other.id: found
            for other in self.campaigns
            if other.status == "active"
            and (other.ends_at is None or other.ends_at > self.as_of)
            and part(other) is not None
            and part(other) == part(campaign)
            and (found := figure(other)) is not None
            and (found != 0 or leaf.get("zeros", "with") == "with")
        }
        if campaign.id not in ranked:
            return None
        own = ranked[campaign.id]
        top = leaf.get("order", "top") == "top"
        ahead = sum(found >= own if top else found <= own for found in ranked.values())
        wanted = leaf["count"] if "count" in leaf else math.ceil(len(ranked) * _number(leaf["percent"]) / 100)
        return ahead <= wanted

    # --- figures

    def facts_of(self, campaign: Campaign) -> signals.Answer:
        if campaign.id not in self._answers:
            self._answers[campaign.id] = signals.answer(
                campaign.facts, self.as_of, self.time_zone, self.currency, self.rate, self.known
            )
        return self._answers[campaign.id]

    def metric(self, campaign: Campaign, metric: str, window: str, compare: str | None = None) -> Value | None:
        """A metric of a campaign; compare: of what the window is compared with instead."""
        key = (campaign.id, metric, window, compare)
        if key not in self._values:
            self._values[key] = self._metric(campaign, "roas" if metric == "roi" else metric, window, compare)
        return self._values[key]

    def _metric(self, campaign: Campaign, metric: str, window: str, compare: str | None) -> Value | None:
        if metric in ("budget", "daily_budget", "bid"):
            return self._money(campaign, getattr(campaign, metric))
        if metric == "hours_running":
            return Value(campaign.hours_running, ends(campaign.hours_running))
        if metric == "facts_age":
            end = self.facts_of(campaign).facts_end_at
            hours = None if end is None else _hours(self.as_of - end)
            return None if hours is None else Value(hours, ends(hours))
        if metric == "budget_utilization":
            spend = self.metric(campaign, "spend", "lifetime")
            budget = self._money(campaign, campaign.budget)
            if spend is None or budget is None or not budget.number:
                return None
            return _quotient(100 * spend.number, budget.number, spend.is_exact and budget.is_exact)

        rows = self._rows(campaign, window, compare)
        if rows is None:
            return None
        found = signals.value(metric, rows)
        if found is None:
            return None
        if compare == "same_weekdays" and metric not in signals.RATIOS and metric != "reach":
            found /= 4
        return Value(found, ends(found) and all(_ends_all(row) for row in rows))

    def _money(self, campaign: Campaign, amount: Fraction | None) -> Value | None:
        if amount is None:
            return None
        if campaign.currency == self.currency:
            return Value(amount)
        rate = self.rate(campaign.currency, self.currency, self.today)
        return None if rate is None else Value(amount * rate, ends(rate))

    def _rows(self, campaign: Campaign, window: str, compare: str | None) -> list[Any] | None:
        """The facts of a window, converted; one that lies in it twice comes twice."""
        visible = [fact for fact in campaign.facts if signals.is_known(fact, self.known)]
        hours = self._hours(window)
        if hours is not None:
            oldest, youngest = hours
            shifts = [0]
            if compare == "period_before":
                shifts = [oldest - youngest + 1]
            elif compare == "same_weekdays":
                shifts = [168, 336, 504, 672]
                first = (self.this_hour - timedelta(hours=oldest + 672)).astimezone(self.zone).date()
                if not self._has_begun(campaign, first):
                    return None
            chosen = [
                fact
                for shift in shifts
                for fact in visible
                if fact.hour is not None
                and signals.within(signals.age(fact, self.today, self.this_hour), oldest + shift, youngest + shift)
            ]
        else:
            days = self._days(window)
            if compare == "period_before":
                days = self._days_before(window, days)
            elif compare == "same_weekdays":
                assert days is not None
                before = [days[0] - timedelta(days=n) for n in range(1, 29)]
                days = [old for day in days for old in before if old.weekday() == day.weekday()]
                if not self._has_begun(campaign, min(days)):
                    return None
            by_day: dict[date, list[signals.Fact]] = {}
            for fact in visible:
                if fact.grain == "day" and fact.day <= self.today:
                    by_day.setdefault(fact.day, []).append(fact)
            chosen = [fact for day in (by_day if days is None else days) for fact in by_day.get(day, [])]
        return [signals.converted(fact, self.currency, self.rate) for fact in chosen]

    def _has_begun(self, campaign: Campaign, day: date) -> bool:
        first = self.facts_of(campaign).first_day
        return first is not None and first <= day

    def _hours(self, window: str) -> tuple[int, int] | None:
        if window in signals.WINDOWS:
            unit, oldest, youngest = signals.WINDOWS[window]
            return (oldest, youngest) if unit == "hour" and oldest is not None else None
        if window.startswith("last_") and window.endswith("_hours"):
            return int(window.split("_")[1]), 1
        return None

    def _days(self, window: str) -> list[date] | None:
        """The days of a window in their order; None: all until today."""
        month = self.today.replace(day=1)
        if window == "month_to_date":
            return _range(month, self.today)
        if window == "previous_month":
            end = month - timedelta(days=1)
            return _range(end.replace(day=1), end)
        if window in signals.WINDOWS:
            _, oldest, youngest = signals.WINDOWS[window]
            if oldest is None:
                return None
        elif window.startswith("last_"):
            oldest, youngest = int(window.split("_")[1]), 1
        else:
            ages = [int(window.split("_")[1]), int(window.split("_")[3])]
            oldest, youngest = max(ages), min(ages)
        return _range(self.today - timedelta(days=oldest), self.today - timedelta(days=youngest))

    def _days_before(self, window: str, days: list[date] | None) -> list[date]:
        assert days
        if window in ("month_to_date", "previous_month"):
            end = days[0].replace(day=1) - timedelta(days=1)
            whole = _range(end.replace(day=1), end)
            return whole[: len(days)] if window == "month_to_date" else whole
        return _range(days[0] - timedelta(days=len(days)), days[0] - timedelta(days=1))

    def _change(self, leaf: Document, campaign: Campaign) -> Value | None:
        window = leaf.get("window", "last_7_days")
        compare = leaf.get("compare", "period_before")
        now = self.metric(campaign, leaf["metric"], window)
        if compare in ("period_before", "same_weekdays"):
            then = self.metric(campaign, leaf["metric"], window, compare)
        else:
            then = self.metric(campaign, leaf["metric"], compare)
        if now is None or then is None:
            return None
        is_exact = now.is_exact and then.is_exact
        if leaf.get("measure", "percent") == "absolute":
            return Value(now.number - then.number, is_exact)
        if not then.number:
            return None
        return _quotient(100 * (now.number - then.number), abs(then.number), is_exact)

    def _pace(self, leaf: Document, campaign: Campaign) -> Value | None:
        period = leaf.get("period", "month")
        answer = self.facts_of(campaign)
        if answer.facts_end_at is None or answer.first_day is None:
            return None
        until = min(answer.facts_end_at, self.as_of)
        budget = self._money(campaign, campaign.budget if period == "flight" else campaign.daily_budget)
        if period == "flight":
            begin = campaign.starts_at or signals.day_start(answer.first_day, self.zone)
            end = campaign.ends_at
            spend = self.metric(campaign, "spend", "lifetime")
            share_of_calendar = Fraction(1)
        else:
            first = self.today if period == "day" else self.today.replace(day=1)
            length = 1 if period == "day" else monthrange(first.year, first.month)[1]
            opens = signals.day_start(first, self.zone)
            closes = signals.day_start(first + timedelta(days=length), self.zone)
            begin = opens if campaign.starts_at is None else max(opens, campaign.starts_at)
            end = closes if campaign.ends_at is None else min(closes, campaign.ends_at)
            spend = self.metric(campaign, "spend", "today" if period == "day" else "month_to_date")
            share_of_calendar = _hours(end - begin) / _hours(closes - opens)
        if period == "month":
            if "monthly_budget" in leaf:
                budget = Value(_number(leaf["monthly_budget"]))
            elif budget is not None:
                budget = Value(budget.number * Fraction("30.4") * share_of_calendar, False)
        if end is None or spend is None or budget is None or budget.number <= 0 or end <= begin or until <= begin:
            return None
        share = _hours(min(until, end) - begin) / _hours(end - begin)
        if leaf.get("measure", "line") == "line":
            return Value(100 * spend.number / (budget.number * share), False)
        a_day = None if period == "day" else self._spend_a_day(campaign, answer, until)
        if a_day is None:
            return Value(100 * spend.number / share / budget.number, False)
        rest = max(_hours(end - until), Fraction(0)) / 24
        return Value(100 * (spend.number + a_day * rest) / budget.number, False)

    def _spend_a_day(self, campaign: Campaign, answer: signals.Answer, until: datetime) -> Fraction | None:
        week = self.metric(campaign, "spend", "last_7_days")
        assert answer.first_day is not None
        since = signals.day_start(max(answer.first_day, self.today - timedelta(days=7)), self.zone)
        days = _hours(min(until, signals.day_start(self.today, self.zone)) - since) / 24
        return None if week is None or days <= 0 else week.number / days


def folded(tags: Iterable[str]) -> set[str]:
    """Tags as they are compared: capitals or not."""
    return {tag.lower() for tag in tags}


def leaves(tree: Any) -> list[Document]:
    """The single conditions of a tree."""
    if isinstance(tree, list):
        return [leaf for part in tree for leaf in leaves(part)]
    if "type" in tree:
        return [tree]
    return [leaf for group in GROUPS if group in tree for leaf in leaves(tree[group])]


def default_window(leaf: Document) -> str:
    return "last_7_days" if leaf["type"] == "performance_change" else "lifetime"


def _range(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _hours(length: timedelta) -> Fraction:
    return Fraction(length // timedelta(microseconds=1), 3_600_000_000)


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def _number(value: Any) -> Fraction:
    return Fraction(str(value))


def _threshold(value: Any) -> Fraction | list[Fraction]:
    return [_number(part) for part in value] if isinstance(value, list) else _number(value)


def _quotient(numerator: Fraction, denominator: Fraction, is_exact: bool) -> Value:
    found = numerator / denominator
    return Value(found, is_exact and ends(found))


def _ends_all(row: dict[str, Any]) -> bool:
    return all(ends(part) for part in row.values() if isinstance(part, Fraction))


def _round(number: Fraction) -> Fraction:
    scaled = abs(number) * 10**10
    whole = math.floor(scaled + Fraction(1, 2))
    return Fraction(whole if number >= 0 else -whole, 10**10)


def _severe(found: Finding, leaf: Document) -> bool:
    return SEVERITIES.index(found.severity) >= SEVERITIES.index(leaf.get("severity", "low"))


def _compare(value: Value, operator: str, wanted: Fraction | list[Fraction]) -> bool:
    number = value.number
    for bound in wanted if isinstance(wanted, list) else [wanted]:
        if not value.is_exact and abs(number - bound) <= Fraction(1, 10**9) * max(Fraction(1), abs(bound)):
            raise AmbiguousError
    if isinstance(wanted, list):
        return wanted[0] <= number <= wanted[1] if operator == "between" else number in wanted
    return {
        ">": number > wanted,
        ">=": number >= wanted,
        "<": number < wanted,
        "<=": number <= wanted,
        "=": number == wanted,
        "!=": number != wanted,
    }[operator]


def _said(value: Any) -> str:
    """What is compared where texts are: capitals and the writing of numbers make no difference."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    return str(value).lower()


def _attribute_answer(leaf: Document, campaign: Campaign) -> bool | None:
    found: Any = {
        "title": campaign.title,
        "platform": campaign.platform,
        "group": campaign.group,
        "tags": campaign.tags,
        "currency": campaign.currency,
        "id": str(campaign.id),
    }[leaf["field"]]
    return None if found is None else _texts_answer(leaf["operator"], found, leaf["value"])


def _texts_answer(operator: str, found: Any, wanted: Any) -> bool:
    have = [_said(part) for part in found] if isinstance(found, list) else [_said(found)]
    want = [_said(part) for part in wanted] if isinstance(wanted, list) else [_said(wanted)]
    if operator == "contains" and not isinstance(found, list):
        return any(part in have[0] for part in want)
    has_one = any(part in have for part in want)
    return not has_one if operator == "!=" else has_one


def _payload_answer(leaf: Document, event: Document | None) -> bool | None:
    found: Any = (event or {}).get("payload")
    for name in leaf["field"].split("."):
        found = found.get(name) if isinstance(found, dict) else None
    if found is None or isinstance(found, dict):
        return None
    wanted = leaf["value"]
    parts = wanted if isinstance(wanted, list) else [wanted]
    is_numeric = all(isinstance(part, int | float) and not isinstance(part, bool) for part in parts)
    if not is_numeric or leaf["operator"] == "contains":
        return _texts_answer(leaf["operator"], found, wanted)
    if isinstance(found, str):
        try:
            number = Fraction(found.strip())
        except ValueError:
            return None
    elif isinstance(found, bool | list):
        return None
    else:
        number = _number(found)
    return _compare(Value(number), leaf["operator"], _threshold(wanted))
