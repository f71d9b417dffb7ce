"""Makes meta_export.csv, the export of the demo: an invented shop, 13 campaigns, 30 days that end on 30 June 2026.

Run it only to change the demo: `python sql/demo/make_export.py > sql/demo/meta_export.csv`. The file that it makes is
in the repository; `trimtab demo` moves its days so that they end yesterday.
"""

from __future__ import annotations

import csv
import math
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

LAST_DAY = date(2026, 6, 30)
DAYS = 30
HEADINGS = (
    "Day", "Campaign name", "Ad set name", "Ad name", "Delivery status", "Impressions", "Reach", "Amount spent (EUR)",
    "Clicks (all)", "Link clicks", "Purchases", "Purchases conversion value", "Reporting starts", "Reporting ends",
)  # fmt: skip


@dataclass
class Ad:
    """One ad: what it gets a day. `ctr` and `rate` (purchases a click) may depend on the age in days."""

    campaign: str
    ad_set: str
    name: str
    impressions: int
    ctr: Callable[[int], float]
    rate: Callable[[int], float]
    basket: float
    cpm: float
    first_age: int = 0


def flat(value: float) -> Callable[[int], float]:
    return lambda _age: value


def decay(start: float, end: float) -> Callable[[int], float]:
    return lambda age: start * (end / start) ** (age / (DAYS - 1))


def drop(before: float, after: float) -> Callable[[int], float]:
    return lambda age: before if age < DAYS - 7 else after


ADS = (
    # Losers, one of them a disaster
    Ad("Brand Video | Awareness", "Broad 18-65", "Brand film 30s", 9000, flat(0.006), flat(0.010), 22, 4.4),
    Ad("New Arrivals | Broad", "Women 25-44", "Collection reel", 6000, flat(0.010), flat(0.016), 41, 9.5),
    Ad("Winter Clearance", "All buyers", "Clearance static", 5000, flat(0.011), flat(0.024), 31, 8.6),
    Ad("Old Catalogue", "Interest: fashion", "Catalogue carousel", 4000, flat(0.012), flat(0.028), 28, 8.7),
    # Winners, one of them exceptional
    Ad("Lookalike | Buyers 180 days", "LAL 1%", "Bestseller video", 3500, flat(0.016), flat(0.039), 46, 8.4),
    Ad("Retargeting | Cart", "Cart 14 days", "Dynamic product ad", 2500, flat(0.022), flat(0.052), 62, 12.5),
    # Much traffic, few sales
    Ad("Summer Festival Promo", "Festival fans", "Festival static", 7000, flat(0.021), flat(0.0045), 230, 12.0),
    # A good campaign with one tired creative
    Ad("Carousel | Bestsellers", "Women 25-44", "Carousel V1", 6000, decay(0.021, 0.007), flat(0.026), 52, 9.0),
    Ad("Carousel | Bestsellers", "Women 25-44", "Carousel V2", 5500, flat(0.017), flat(0.026), 52, 9.0),
    # One audience that does not fit
    Ad("Spring Sale | Prospecting", "Women 25-44", "Sale static", 6000, flat(0.016), flat(0.033), 48, 8.8),
    Ad("Spring Sale | Prospecting", "Men 55+", "Sale static", 4500, flat(0.013), flat(0.004), 48, 8.8),
    # Clicks that fell in the last week
    Ad("Interest Stack | Home", "Home and living", "Living room photo", 9000, drop(0.018, 0.009), flat(0.027), 50, 9.2),
    # Conversions without a value, too little to judge, and one that people look after themselves
    Ad("Newsletter Leads", "Readers", "Lead form", 3000, flat(0.015), flat(0.06), 0, 8.0),
    Ad("Test | New Market PT", "Portugal broad", "Static PT", 400, flat(0.010), flat(0.0), 45, 8.0, DAYS - 4),
    Ad("Founder Story | Reels", "Followers", "Founder reel", 4000, flat(0.009), flat(0.008), 40, 9.0),
)


def poisson(random_: random.Random, mean: float) -> int:
    """Knuth's method for small means, the normal approximation for large ones."""
    if mean > 60:
        return max(0, round(random_.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), random_.random(), 0
    while product > limit:
        product *= random_.random()
        count += 1
    return count


def rows() -> list[list[object]]:
    out: list[list[object]] = []
    for ad in ADS:
        # Each has chances of its own, so that a change of one leaves the others as they are.
        random_ = random.Random(f"{ad.campaign} {ad.ad_set} {ad.name}")  # noqa: S311
        for age in range(ad.first_age, DAYS):
            day = (LAST_DAY - timedelta(days=DAYS - 1 - age)).isoformat()
            impressions = poisson(random_, ad.impressions * random_.uniform(0.9, 1.1))
            spend = round(impressions / 1000 * ad.cpm * random_.uniform(0.95, 1.05), 2)
            link_clicks = poisson(random_, impressions * ad.ctr(age))
            purchases = poisson(random_, link_clicks * ad.rate(age))
            value: object = round(sum(ad.basket * random_.uniform(0.6, 1.4) for _ in range(purchases)), 2)
            if purchases == 0 or ad.basket == 0:
                value = ""
            reach = round(impressions / random_.uniform(1.1, 1.3))
            out.append([
                day, ad.campaign, ad.ad_set, ad.name, "active", impressions, reach, spend, round(link_clicks * 1.25),
                link_clicks, purchases, value, day, day,
            ])  # fmt: skip
    return sorted(out, key=lambda row: str(row[0]))


def main() -> None:
    table = rows()
    day = LAST_DAY.isoformat()
    # One row that somebody mistyped: the purchases are a letter.
    mistyped: list[object] = [
        day, "Winter Clearance", "All buyers", "Clearance story", "active", 1200, 1000, 12.5, 14, 11, "O", 0, day, day,
    ]  # fmt: skip
    table.append(mistyped)
    # As such exports have it: the account's total, without a name.
    impressions = sum(int(str(row[5])) for row in table)
    spend = round(sum(float(str(row[7])) for row in table), 2)
    total = [day, "", "", "", "0", impressions, "", spend, "", "", "", "", table[0][0], day]
    sys.stdout.write("\ufeff")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerows([HEADINGS, total, *table])


if __name__ == "__main__":
    main()
