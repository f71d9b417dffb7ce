"""What a deploy takes when nothing changed, beside the shortest thing that psql can do."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

import pytest
from support.database import ADMIN, Database

from trimtab.database.deploy import migrate

ROUNDS = 7


def seconds(command: Sequence[str]) -> tuple[float, float]:
    """Time on the clock, and time of the processor without the server's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    clock = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.bench
def test_unchanged_deploy(db: Database) -> None:
    inside = [migrate(db.dsn(ADMIN)).seconds for _ in range(ROUNDS)]
    command = [seconds([sys.executable, "-m", "trimtab", "--database-url", db.dsn(ADMIN), "migrate"]) for _ in inside]
    psql = [seconds(["psql", "-X", db.dsn(ADMIN), "-c", "select 1"]) for _ in inside]
    measured = {
        "in the process": inside,
        "as a command": [clock for clock, _ in command],
        "… processor": [processor for _, processor in command],
        "psql -c 'select 1'": [clock for clock, _ in psql],
    }
    for what, values in measured.items():
        low, middle, high = min(values), statistics.median(values), max(values)
        print(f"unchanged deploy, {what:<20} {middle * 1000:6.0f} ms (from {low * 1000:.0f} to {high * 1000:.0f})")
    assert statistics.median(measured["… processor"]) < 1
