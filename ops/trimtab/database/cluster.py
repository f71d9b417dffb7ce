"""The checkout's own PostgreSQL cluster: made, started, stopped and found again.

It lives under `.trimtab/` of the checkout. When the commands run as root, the server runs as the OS user postgres;
where that user could not reach the checkout, the data goes to /var/lib/trimtab instead. It listens on a unix socket in
a directory that only its owner (and root) can enter, and on a loopback port with passwords. Debian's own cluster is
never touched.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from trimtab.database.deploy import run_file
from trimtab.database.tree import Tree
from trimtab.errors import TrimtabError

DATABASE = "trimtab"
ADMIN = "trimtab_admin"
ENGINE = "trimtab_engine"
SUPERUSER = "postgres"
SERVER_USER = "postgres"
MINIMUM_MAJOR = 15
LONGEST_SOCKET = 100  # the kernel's limit is 107 bytes
PLAIN_PATH = re.compile(r"[\w./ @:+=~()-]+")  # a list of socket directories takes no comma, a setting no apostrophe

SETTINGS = """\
# Written by `trimtab up` each time; put your own settings into postgresql.conf.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
password_encryption = scram-sha-256
shared_preload_libraries = '{preload}'
max_connections = 100
max_worker_processes = 24
shared_buffers = 256MB
max_wal_size = 4GB
random_page_cost = 1.1
timezone = 'UTC'
log_timezone = 'UTC'
"""
# Up to pg_cron 1.4 a job in a background worker keeps the scheduler waiting until it ends; over the socket none does.
CRON_SETTINGS = """\
cron.database_name = 'trimtab'
cron.use_background_workers = off
cron.host = '{sockets}'
"""
ACCESS = """\
# The socket stands in a directory of mode 0700, so whoever reaches it may act as any role.
local all all trust
host  all all 127.0.0.1/32 scram-sha-256
"""


@dataclass(frozen=True)
class Programs:
    """Where a PostgreSQL's programs are, and whether pg_cron can be preloaded there."""

    bin: Path
    major: int
    has_cron: bool

    def path(self, name: str) -> str:
        return str(self.bin / name)


def find_programs() -> Programs:
    """PostgreSQL's server programs: TRIMTAB_PG_BIN, or the best of what is installed (pg_cron first, then newest)."""
    folders = [Path(os.environ["TRIMTAB_PG_BIN"])] if os.environ.get("TRIMTAB_PG_BIN") else []
    if not folders:
        folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        folders += sorted(Path("/usr").glob("pgsql-*/bin"))
        folders += sorted(Path("/opt/homebrew/opt").glob("postgresql@*/bin"))
        if found := shutil.which("initdb"):
            folders.append(Path(found).resolve().parent)
    candidates = []
    for folder in folders:
        if not (folder / "initdb").exists() or not (folder / "postgres").exists():
            continue
        version = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
        major = int(re.search(r"(\d+)", version)[1])  # type: ignore[index]
        libraries = (
            subprocess.run(
                [folder / "pg_config", "--pkglibdir"], capture_output=True, text=True, check=False
            ).stdout.strip()
            if (folder / "pg_config").exists()
            else str(folder.parent / "lib")
        )
        if major >= MINIMUM_MAJOR:
            has_cron = any((Path(libraries) / f"pg_cron.{end}").exists() for end in ("so", "dylib"))
            candidates.append(Programs(folder, major, has_cron))
    if not candidates:
        raise TrimtabError(
            f"no server programs of PostgreSQL {MINIMUM_MAJOR} or newer were found",
            "install postgresql-15 (`make setup` does on Debian), or set TRIMTAB_PG_BIN to their folder,"
            " or use a server of yours: trimtab --database-url postgresql://… migrate",
        )
    return max(candidates, key=lambda found: (found.has_cron, found.major))


def _as_root() -> bool:
    return os.geteuid() == 0


def _reachable(folder: Path) -> bool:
    """Whether the server's OS user can get to the folder."""
    return (
        subprocess.run(
            ["test", "-x", folder], user=SERVER_USER, group=SERVER_USER, extra_groups=[], cwd="/", check=False
        ).returncode
        == 0
    )


class Cluster:
    """The cluster of one checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / ".trimtab"
        pointer = self.home / "location"
        self.base = Path(pointer.read_text().strip()) if pointer.exists() else self.home / "cluster"
        self.data = self.base / "data"
        self.log = self.base / "server.log"
        self.passwords = self.home / "pgpass"

    # --- what there is

    @property
    def exists(self) -> bool:
        return self._remembered("port") is not None

    @property
    def running(self) -> bool:
        """Whether a server answers on the socket."""
        if not self.exists:
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.sockets / f".s.PGSQL.{self.port}"))
            except OSError:
                return False
        return True

    @property
    def port(self) -> int:
        return int(self._remembered("port") or 0)

    @property
    def sockets(self) -> Path:
        return Path(self._remembered("sockets") or self.base / "run")

    def conninfo(self, user: str, database: str = DATABASE) -> str:
        """How to connect over the socket as a role of the cluster."""
        return make_conninfo(host=str(self.sockets), port=self.port, user=user, dbname=database)

    def url(self, user: str, database: str = DATABASE) -> str:
        """The same over the loopback port, for programs that know no unix sockets; the password is in `passwords`."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    # --- up and down

    def up(self) -> list[str]:
        """Make and start what is not there yet; running again changes nothing. Returns lines for people."""
        lines = []
        programs = find_programs()
        if not self.exists:
            lines += self._create(programs)
        if not self.running:
            self._configure(programs)
            self._start(programs)
            lines.append(f"started PostgreSQL {programs.major} on port {self.port}, socket in {self.sockets}")
        self._prepare(programs)
        return lines

    def down(self) -> bool:
        """Stop the server. Returns whether one was running."""
        if not self.running:
            return False
        self._run([find_programs().path("pg_ctl"), "-D", self.data, "-m", "fast", "-w", "-t", "60", "stop"])
        return True

    def remove(self) -> None:
        """Stop the server and delete everything that belongs to the cluster."""
        self.down()
        if self.base != self.home / "cluster":
            shutil.rmtree(self.base, ignore_errors=True)
            with contextlib.suppress(OSError):  # other checkouts may have theirs there
                self.base.parent.rmdir()
        if self.exists and self.sockets.parent != self.base:
            shutil.rmtree(self.sockets, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)

    # --- how it is done

    def _remembered(self, name: str) -> str | None:
        file = self.home / name
        return file.read_text().strip() if file.exists() else None

    def _remember(self, name: str, value: str) -> None:
        (self.home / name).write_text(value + "\n")

    def _run(self, command: list[str | Path], **options: object) -> None:
        """Run one of the server's programs, as its OS user when we are root."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")} | {
            "LC_ALL": "C",
            "HOME": str(self.base),
        }
        identity: dict[str, object] = (
            {"user": SERVER_USER, "group": SERVER_USER, "extra_groups": []} if _as_root() else {}
        )
        done = subprocess.run(  # type: ignore[call-overload]
            command,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=self.base,
            env=environment,
            **identity,
            **options,
        )
        if done.returncode:
            tail = "".join(self.log.read_text().splitlines(keepends=True)[-10:]) if self.log.exists() else ""
            raise TrimtabError(
                f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()}\n{tail}".rstrip(),
                f"look into {self.log}; `make clean` starts from nothing",
            )

    def _create(self, programs: Programs) -> list[str]:
        lines = []
        self.home.mkdir(exist_ok=True)
        if _as_root():
            try:
                pwd.getpwnam(SERVER_USER)
            except KeyError as error:
                raise TrimtabError(
                    f"there is no OS user {SERVER_USER}, as which the server would run for root",
                    "install PostgreSQL from a package, or run this as an ordinary user",
                ) from error
            if not _reachable(self.home):
                name = hashlib.sha256(str(self.root).encode()).hexdigest()[:12]
                self.base = Path("/var/lib/trimtab") / name
                self.data, self.log = self.base / "data", self.base / "server.log"
                self.base.parent.mkdir(mode=0o755, exist_ok=True)
                self._remember("location", str(self.base))
                lines.append(f"the OS user {SERVER_USER} cannot reach {self.root}: the data goes to {self.base}")
        self.base.mkdir(mode=0o700, exist_ok=True)
        if _as_root():
            shutil.chown(self.base, SERVER_USER, SERVER_USER)
        sockets = self.base / "run"
        if len(os.fsencode(sockets)) > LONGEST_SOCKET - 20 or not PLAIN_PATH.fullmatch(str(sockets)):
            name = hashlib.sha256(str(self.base).encode()).hexdigest()[:12]
            sockets = Path("/tmp") / f"trimtab-{os.geteuid()}-{name}"  # noqa: S108  (refused unless it is ours, below)
        sockets.mkdir(mode=0o700, exist_ok=True)
        owner = pwd.getpwnam(SERVER_USER).pw_uid if _as_root() else os.geteuid()
        if _as_root() and sockets.stat().st_uid == 0:
            shutil.chown(sockets, SERVER_USER, SERVER_USER)
        if sockets.is_symlink() or sockets.stat().st_uid != owner or sockets.stat().st_mode & 0o077:
            raise TrimtabError(f"{sockets} belongs to somebody else", f"remove {sockets} and try again")
        shutil.rmtree(self.data, ignore_errors=True)
        known = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.lower().split()
        locale = "C.UTF-8" if {"c.utf8", "c.utf-8"} & set(known) else "C"
        self._run(
            [
                programs.path("initdb"),
                "-D",
                self.data,
                "-U",
                SUPERUSER,
                "--encoding=UTF8",
                f"--locale={locale}",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--data-checksums",
            ]
        )
        self._write(self.data / "pg_hba.conf", ACCESS)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'trimtab.conf'\n")
        self._remember("sockets", str(sockets))
        self._remember("port", str(_free_port()))
        lines.append(f"made a PostgreSQL {programs.major} cluster in {self.base}")
        return lines

    def _configure(self, programs: Programs) -> None:
        if not _is_free(self.port):
            self._remember("port", str(_free_port()))
        text = SETTINGS + (CRON_SETTINGS if programs.has_cron else "")
        preload = "pg_cron" if programs.has_cron else ""
        self._write(self.data / "trimtab.conf", text.format(port=self.port, sockets=self.sockets, preload=preload))

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(0o600)
        if _as_root():
            shutil.chown(path, SERVER_USER, SERVER_USER)

    def _start(self, programs: Programs) -> None:
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self._run([programs.path("pg_ctl"), "-D", self.data, "-l", self.log, "-w", "-t", "60", "start"])

    def _prepare(self, programs: Programs) -> None:
        """Database, roles, extensions and passwords, each if it is missing."""
        tree = Tree(self.root)
        with psycopg.connect(self.conninfo(SUPERUSER, "postgres"), autocommit=True) as connection:
            run_file(connection, tree.repeatable("sql/roles.sql"))
            if not connection.execute("select 1 from pg_catalog.pg_roles where rolname = %s", [ADMIN]).fetchone():
                connection.execute(sql.SQL("create role {} login").format(sql.Identifier(ADMIN)))
            connection.execute(
                sql.SQL("grant trimtab_owner, trimtab_auth, trimtab_definer, trimtab_keeper to {}").format(
                    sql.Identifier(ADMIN)
                )
            )
            if not connection.execute("select 1 from pg_catalog.pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(
                    sql.SQL("create database {} owner {}").format(sql.Identifier(DATABASE), sql.Identifier(ADMIN))
                )
            if not self.passwords.exists():
                self._set_passwords(connection)
        with psycopg.connect(self.conninfo(SUPERUSER), autocommit=True) as connection:
            for extension in ("plpgsql_check", "pg_cron"):
                if extension == "pg_cron" and not programs.has_cron:
                    continue
                available = connection.execute(
                    "select installed_version from pg_catalog.pg_available_extensions where name = %s", [extension]
                ).fetchone()
                if available and available[0] is None:
                    connection.execute(sql.SQL("create extension {}").format(sql.Identifier(extension)))
            if connection.execute("select 1 from pg_catalog.pg_extension where extname = 'pg_cron'").fetchone():
                connection.execute("grant usage on schema cron to trimtab_engine")

    def _set_passwords(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        lines = []
        for role in (ADMIN, ENGINE):
            password = secrets.token_urlsafe(24)
            connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password)))
            lines.append(f"127.0.0.1:*:*:{role}:{password}\n")
        with os.fdopen(os.open(self.passwords, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.writelines(lines)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
