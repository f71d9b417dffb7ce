"""Timing in alternation, and figures as people can read them."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from support.database import Connection, Database

Seconds = list[float]


def timed(work: Callable[[], object]) -> float:
    """Seconds of wall clock that a piece of work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def alternate(runs: int, ways: Mapping[str, Callable[[], float]], *, warm: bool = True) -> dict[str, Seconds]:
    """Run each way in turn, `runs` rounds long, after a round that does not count; seconds by way.

    A way returns its own seconds, so that what it has to prepare is left out.
    """
    if warm:
        for way in ways.values():
            way()
    seconds: dict[str, Seconds] = {name: [] for name in ways}
    for number in range(runs):
        # Every other round backwards: what grows slowly weighs on all alike.
        for name, way in list(ways.items())[:: 1 if number % 2 == 0 else -1]:
            seconds[name].append(way())
    return seconds


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median, and least to greatest."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


def ratios(ours: Sequence[float], base: Sequence[float]) -> list[float]:
    """Round by round."""
    return [a / b for a, b in zip(ours, base, strict=True)]


def say(line: str = "") -> None:
    print(line, flush=True)


def say_figure(title: str, unit_seconds: Mapping[str, Sequence[float]], unit: str = "s") -> None:
    """A heading, and for each way median and spread; unit is s or ms."""
    factor = 1000 if unit == "ms" else 1
    say()
    say(title)
    for name, seconds in unit_seconds.items():
        say(f"    {name:<58} {spread([factor * value for value in seconds]):>28} {unit}")


def say_ratio(text: str, values: Sequence[float], *, most: float | None = None, least: float | None = None) -> None:
    """A ratio with its spread; with a goal, whether the median meets it."""
    middle = statistics.median(values)
    goal = ""
    if most is not None:
        goal = f"   goal: at most {most:g} - {'met' if middle <= most else 'MISSED'}"
    elif least is not None:
        goal = f"   goal: at least {least:g} - {'met' if middle >= least else 'MISSED'}"
    say(f"  = {text:<58} {spread(values):>28}  {goal}")


def machine() -> str:
    """Processor, number of cores, memory."""
    model = platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line.split(":", 1)[1].strip() for line in information.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {memory:.0f} GB; {platform.system()} {platform.release()}"


def settings(connection: Connection) -> str:
    """Those that matter for the figures."""
    row = connection.execute(
        "select string_agg(name || '=' || current_setting(name), ' ' order by name) from unnest(array["
        "'shared_buffers', 'work_mem', 'jit', 'fsync', 'synchronous_commit', 'full_page_writes', 'autovacuum',"
        "'max_wal_size', 'max_parallel_workers_per_gather', 'random_page_cost', 'effective_cache_size']) as name"
    ).fetchone()
    assert row
    return str(row[0])


def busy() -> str:
    """How busy the machine is with other things: the load of the last minute."""
    return f"{os.getloadavg()[0]:.1f}"


def scalar(connection: Connection, query: str, parameters: Sequence[object] = ()) -> object:
    row = connection.execute(query.encode(), parameters or None).fetchone()
    assert row
    return row[0]


def vacuum(database: Database, *tables: str) -> None:
    """What autovacuum would have done by now."""
    database.rows(f"vacuum analyze {', '.join(tables)}")
