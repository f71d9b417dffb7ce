"""The checkout's own cluster: up, up again, reached by socket and by password, down, removed."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from support.trees import note_tree

from trimtab.database.cluster import ADMIN, ENGINE, Cluster, find_programs
from trimtab.database.deploy import migrate
from trimtab.database.tree import Tree


@pytest.fixture
def home() -> Iterator[Path]:
    """A small checkout that the server's OS user can reach."""
    folder = Path("/tmp") / f"trimtab-home-{os.getpid()}"  # noqa: S108  (pytest's own folders are closed to others)
    folder.mkdir(mode=0o755)
    note_tree(folder)
    yield folder
    Cluster(folder).remove()
    shutil.rmtree(folder)


def test_life_of_a_cluster(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(home)
    assert not cluster.exists
    assert not cluster.running
    assert cluster.down() is False
    assert any("made a PostgreSQL" in line for line in cluster.up())
    assert cluster.running
    assert cluster.up() == []

    assert cluster.base == home / ".trimtab" / "cluster"
    assert stat.S_IMODE(cluster.base.stat().st_mode) == 0o700
    assert stat.S_IMODE(cluster.passwords.stat().st_mode) == 0o600

    assert migrate(cluster.conninfo(ADMIN), Tree(home)).plan.migrations
    with psycopg.connect(cluster.conninfo(ENGINE)) as connection:
        assert connection.execute("select session_user::text").fetchone() == ("trimtab_engine",)
        extensions = {name for (name,) in connection.execute("select extname from pg_extension")}
    if find_programs().has_cron:
        assert "pg_cron" in extensions
        with psycopg.connect(cluster.conninfo("postgres")) as connection:
            assert connection.execute("show cron.use_background_workers").fetchone() == ("off",)
            assert connection.execute("show cron.host").fetchone() == (str(cluster.sockets),)

    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(cluster.url(ENGINE), passfile="/dev/null")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url(ENGINE), password="guess")
    with psycopg.connect(cluster.url(ADMIN), passfile=str(cluster.passwords)) as connection:
        assert connection.execute("show listen_addresses").fetchone() == ("127.0.0.1",)

    port = cluster.port
    assert cluster.down() is True
    assert not cluster.running
    again = Cluster(home)
    assert again.exists
    again.up()
    assert again.port == port
    with psycopg.connect(again.conninfo(ADMIN)) as connection:
        assert connection.execute("select count(*) from trimtab.note").fetchone() == (0,)

    again.remove()
    assert not (home / ".trimtab").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another OS user")
def test_unreachable_checkout_keeps_its_data_elsewhere(home: Path) -> None:
    home.chmod(0o700)
    cluster = Cluster(home)
    lines = cluster.up()
    assert any(f"cannot reach {home}: the data goes to /var/lib/trimtab/" in line for line in lines)
    found = Cluster(home)
    assert found.base.is_relative_to("/var/lib/trimtab")
    assert found.running
    found.remove()
    assert not found.base.exists()


@pytest.mark.parametrize("name", ["d" * 60 + "/" + "e" * 40, "my work, o'clock"])
def test_awkward_path_puts_the_socket_elsewhere(home: Path, name: str) -> None:
    deep = home / name
    deep.mkdir(parents=True)
    note_tree(deep)
    cluster = Cluster(deep)
    cluster.up()
    sockets = cluster.sockets
    try:
        assert cluster.sockets.parent == Path("/tmp")  # noqa: S108
        assert stat.S_IMODE(cluster.sockets.stat().st_mode) == 0o700
        assert cluster.running
    finally:
        cluster.remove()
    assert not sockets.exists()
