"""pgTAP files as pytest items: one file is one item, run by psql.

Files that are one transaction, rolled back at the end, share a database; any other gets one of its own.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from support.database import Database, TestCluster

RESULT = re.compile(r"^(not )?ok (\d+)(?: - (.*?))?(?: # (TODO|SKIP)\b.*)?$", re.IGNORECASE)
PLAN = re.compile(r"^1\.\.(\d+)(?: # SKIP (.*))?$", re.IGNORECASE)
TIMEOUT = 150


class TapError(Exception):
    """The report of a pgTAP file that did not pass."""


def judge(output: str) -> list[str]:
    """What is wrong with a TAP report: failed assertions with their diagnostics, a missing or broken plan."""
    problems: list[str] = []
    planned: int | None = None
    ran = 0
    open_failure = False
    for line in output.splitlines():
        if plan := PLAN.match(line):
            planned = int(plan[1])
        elif result := RESULT.match(line.strip() if line.startswith(("ok", "not ok")) else ""):
            ran += 1
            open_failure = bool(result[1]) and (result[4] or "").upper() != "TODO"
            if open_failure:
                problems.append(line)
            if int(result[2]) != ran:
                problems.append(f"assertion {result[2]} came as number {ran}")
        elif line.startswith("#") and open_failure:
            problems.append(line)
    if planned is None:
        problems.append("no plan: begin with select plan(n)")
    elif planned != ran:
        problems.append(f"planned {planned} assertions, ran {ran}")
    return problems


class TapItem(pytest.Item):
    """One pgTAP file."""

    def runtest(self) -> None:
        lazy = self.session.config.stash[CLUSTER]
        if leaves_nothing(self.path.read_text(encoding="utf-8")):
            done = run_psql(lazy.shared(), self.path)
        else:
            database = lazy.get().create(lazy.get().template("tap"))
            try:
                done = run_psql(database, self.path)
            finally:
                lazy.get().drop(database)
        problems = judge(done.stdout)
        if done.returncode or problems:
            raise TapError("\n".join([*problems, done.stderr.strip()]))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        if isinstance(excinfo.value, TapError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, 0, self.name


class TapFile(pytest.File):
    def collect(self) -> Iterable[TapItem]:
        yield TapItem.from_parent(self, name=self.path.stem)


class LazyCluster:
    """The session's cluster, started when somebody needs it."""

    def __init__(self) -> None:
        self._cluster: TestCluster | None = None
        self._shared: Database | None = None

    def get(self) -> TestCluster:
        if self._cluster is None:
            self._cluster = TestCluster()
        return self._cluster

    def shared(self) -> Database:
        """A database for all pgTAP files that take back what they do."""
        if self._shared is None:
            self._shared = self.get().create(self.get().template("tap"))
        return self._shared

    def stop(self) -> None:
        if self._cluster is not None:
            self._cluster.stop()
        self._cluster = self._shared = None


CLUSTER: pytest.StashKey[LazyCluster] = pytest.StashKey()


def leaves_nothing(text: str) -> bool:
    """Whether a file is one transaction that is rolled back."""
    statements = [line.strip().lower() for line in text.splitlines() if line.strip() and not line.startswith("--")]
    return (
        statements[:1] == ["begin;"]
        and statements[-1:] == ["rollback;"]
        and not {"begin;", "commit;", "rollback;"} & set(statements[1:-1])
    )


def run_psql(database: Database, path: Path) -> subprocess.CompletedProcess[str]:
    """Run a file with psql, stopping at the first error; unaligned output, nothing but results."""
    return subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", str(path), database.dsn()],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
