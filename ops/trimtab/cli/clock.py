"""`trimtab tick`: the clock itself, once or for ever; `trimtab doctor`: whether it beats."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType

import click
import psycopg

from trimtab.cli.context import Connection, Settings, json_option, pass_settings, print_checks, print_rows
from trimtab.database.clock import QUICK, SLOW, diagnose

HEALTH = (
    "part", "lane", "lag_seconds", "last_duration_ms", "done", "failures", "organizations_left",
    "organizations_failing", "error_code", "error_message",
)  # fmt: skip
LONGEST_WAIT = 30.0  # seconds between two tries to reach the database


@click.command()
@click.option("--lane", type=click.Choice([QUICK, *SLOW]), help="Only the parts of this lane.")
@click.option("--loop", is_flag=True, help="Go on for ever, in place of pg_cron.")
@click.option("--every", default=1.0, show_default=True, type=click.FloatRange(0.1, 60), help="Seconds between beats.")
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 32), help="Sessions of each lane but the quick."
)
@json_option
@pass_settings
def tick(settings: Settings, lane: str | None, loop: bool, every: float, workers: int, as_json: bool) -> None:
    """Let the clock beat: everything that is due, of all organizations.

    With --loop it goes on until it is told to stop: the first SIGINT or SIGTERM lets it finish what it is at, the
    second cancels that, too (it is rolled back, and done the next time).
    """
    if loop:
        _Clock(settings, every).run([lane] if lane else [QUICK, *SLOW * workers])
        return
    with settings.connect(autocommit=True) as connection:
        with _Clock(settings, 1.0).watched():
            connection.execute("call trimtab.tick(%s)", [lane])
        rows = connection.execute(
            "select part, lane, lag_seconds, last_duration_ms, done, failures, organizations_left,"
            " organizations_failing, error_code, error_message from trimtab.v_tick_health"
        ).fetchall()
    print_rows(rows, HEALTH, as_json=as_json)


@dataclass
class _Clock:
    """Sessions that call the tick again and again, and one that stops those which take too long."""

    settings: Settings
    every: float
    stopped: threading.Event = field(default_factory=threading.Event)
    connections: dict[int, Connection] = field(default_factory=dict)

    def run(self, lanes: list[str]) -> None:
        hands = [threading.Thread(target=self._go, args=(self._tick(lane),)) for lane in lanes]
        hands.append(threading.Thread(target=self._go, args=(self._watch,)))
        previous = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        click.echo(f"ticking: {len(lanes)} sessions, every {self.every:g} s", err=True)
        try:
            for hand in hands:
                hand.start()
            for hand in hands:
                hand.join()
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)
        click.echo("stopped", err=True)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Within it, what takes too long is stopped."""
        watch = threading.Thread(target=self._go, args=(self._watch,))
        watch.start()
        try:
            yield
        finally:
            self.stopped.set()
            watch.join()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        if self.stopped.is_set():
            for connection in list(self.connections.values()):
                connection.cancel()
        self.stopped.set()

    def _go(self, step: Callable[[Connection], None]) -> None:
        """One session: a step a beat; where the database cannot be reached, it is looked for again and again."""
        me = threading.get_ident()
        wait = self.every
        while not self.stopped.is_set():
            try:
                with self.settings.connect(autocommit=True) as connection:
                    self.connections[me] = connection
                    while not self.stopped.is_set():
                        step(connection)
                        wait = self.every
                        self.stopped.wait(self.every)
            except psycopg.errors.QueryCanceled:
                click.echo("a tick was cancelled", err=True)
            except psycopg.Error as error:
                click.echo(f"the clock stands still: {str(error).strip()}", err=True)
                wait = min(wait * 2, LONGEST_WAIT)
            finally:
                self.connections.pop(me, None)
            self.stopped.wait(wait)

    @staticmethod
    def _tick(lane: str) -> Callable[[Connection], None]:
        def step(connection: Connection) -> None:
            connection.execute("call trimtab.tick(%s)", [lane])

        return step

    @staticmethod
    def _watch(connection: Connection) -> None:
        connection.execute("select trimtab.cancel_overdue()")


@click.command()
@json_option
@pass_settings
def doctor(settings: Settings, as_json: bool) -> None:
    """Say how the clock goes: its beat, its parts, organizations that fail (exit code 1: something is wrong)."""
    with settings.connect() as connection:
        print_checks(list(diagnose(connection)), as_json=as_json)


COMMANDS = (tick, doctor)
