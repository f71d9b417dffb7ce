"""Incoming webhooks against the official package, over HTTP, under two senders at once, and attacked."""

from __future__ import annotations

import base64
import hmac
import http.client
import json
import re
import subprocess
import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql
from psycopg.types.json import Jsonb
from standardwebhooks import Webhook
from support.database import ADMIN, ENGINE, Connection, Database, TestCluster

from trimtab.cli.main import main
from trimtab.database.cluster import find_programs
from trimtab.database.tree import checkout
from trimtab.database.verify import verify

UNAUTHORIZED = {"status": 401, "body": {"error": "unauthorized"}}
ACCEPTED = {"status": 200, "body": {"result": "accepted"}}
REPEATED = {"status": 200, "body": {"result": "repeated"}}
PAGE = checkout() / "docs" / "webhooks.md"
DOCUMENTS = st.dictionaries(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(
        st.characters(codec="utf-8", exclude_characters="\0"), max_size=50
    ),
    max_size=5,
)  # fmt: skip
IDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=255)


@dataclass
class Endpoint:
    """An endpoint of an organization, and a sender who knows its secret."""

    db: Database
    org: str
    id: str
    token: str
    secret: str

    def headers(self, webhook_id: str, body: bytes, sent: datetime | None = None) -> dict[str, str]:
        """What the official package's sender puts into the headers."""
        sent = sent or datetime.now(UTC)
        return {
            "webhook-id": webhook_id,
            "webhook-timestamp": str(int(sent.timestamp())),
            "webhook-signature": Webhook(self.secret).sign(webhook_id, sent, body.decode()),
        }

    def post(self, connection: Connection, headers: dict[str, str], body: bytes, token: str | None = None) -> Any:
        return post(connection, token or self.token, headers, body)

    def events(self) -> list[tuple[Any, ...]]:
        return self.db.rows(
            "select payload from trimtab.events where org_id = %s and type = 'team.noted' order by id", [self.org]
        )

    def count(self, column: str) -> int:
        return int(self.db.value(f"select {column} from trimtab.v_webhook_endpoints where org_id = %s", [self.org]))


def post(connection: Connection, token: str, headers: dict[str, str], body: bytes) -> Any:
    row = connection.execute("select trimtab.receive_webhook(%s, %s, %s)", [token, Jsonb(headers), body]).fetchone()
    assert row is not None
    return row[0]


def make_endpoint(db: Database, **options: Any) -> Endpoint:
    org = str(db.value("select test.organization()"))
    admin = str(db.value("select test.member(%s, 'admin')", [org]))
    names = "".join(f", p_{name} => %s" for name in options)
    [made] = db.rows(
        f"select * from trimtab.create_webhook_endpoint('notes', 'team.noted'{names})", list(options.values()), admin
    )
    return Endpoint(db, org, str(made[0]), *made[1:])


@pytest.fixture(scope="module")
def shared(cluster: TestCluster) -> Iterator[Endpoint]:
    """An endpoint for tests that only add to it."""
    database = cluster.create(cluster.template("tap"))
    yield make_endpoint(database, rate_limit_per_minute=60000)
    cluster.drop(database)


@pytest.fixture(scope="module")
def line(shared: Endpoint) -> Connection:
    """The connection of an HTTP server, for as long."""
    return engine(shared)


@pytest.fixture
def endpoint(tap_db: Database) -> Endpoint:
    return make_endpoint(tap_db)


# --- the official package


@given(document=DOCUMENTS, name=IDS)
def test_what_the_official_package_signs_is_taken(
    shared: Endpoint, line: Connection, document: dict[str, Any], name: str
) -> None:
    connection = line
    body = json.dumps(document, ensure_ascii=False).encode()
    # Ids that repeat are for another test; the longest are cut to make room for what tells them apart.
    webhook_id = name[:220] + uuid4().hex
    assert shared.post(connection, shared.headers(webhook_id, body), body) == ACCEPTED
    assert connection.execute(
        "select e.payload from trimtab.events e join trimtab.webhook_receipts r on r.event_id = e.id"
        " where r.webhook_id = %s", [webhook_id]
    ).fetchone() == (document,)  # fmt: skip


@given(document=DOCUMENTS, name=IDS, key=st.binary(min_size=24, max_size=64))
def test_the_official_package_verifies_what_is_signed(
    shared: Endpoint, line: Connection, document: dict[str, Any], name: str, key: bytes
) -> None:
    connection = line
    secret = "whsec_" + base64.b64encode(key).decode()
    sent, body = datetime.now(UTC), json.dumps(document).encode()
    row = connection.execute("select trimtab.sign_webhook(%s, %s, %s, %s)", [secret, name, sent, body]).fetchone()
    assert row is not None
    headers = {"webhook-id": name, "webhook-timestamp": str(int(sent.timestamp())), "webhook-signature": row[0]}
    assert Webhook(secret).verify(body, headers) == document
    # It reads secrets without padding and without their prefix, and so do we.
    for bare in (secret.rstrip("="), secret.removeprefix("whsec_")):
        again = connection.execute("select trimtab.sign_webhook(%s, %s, %s, %s)", [bare, name, sent, body])
        assert again.fetchone() == row


@pytest.mark.parametrize("size", [0, 23, 65])
def test_secrets_of_another_length_are_not_used(shared: Endpoint, line: Connection, size: int) -> None:
    secret = "whsec_" + base64.b64encode(b"k" * size).decode()
    with pytest.raises(psycopg.Error) as caught:
        line.execute("select trimtab.sign_webhook(%s, 'x', trimtab.clock(), '')", [secret])
    assert caught.value.sqlstate == "TT082"


# --- forging


def other_bytes(text: bytes, printable: bool) -> Iterator[bytes]:
    """The text with each byte changed in two ways, each left out, one added at each end, and halves exchanged."""
    for place, byte in enumerate(text):
        for change in (1, 32):
            changed = byte ^ change
            if not printable or 32 < changed < 127:
                yield text[:place] + bytes([changed]) + text[place + 1 :]
        yield text[:place] + text[place + 1 :]
    yield b"0" + text
    yield text + b"0"
    yield text[len(text) // 2 :] + text[: len(text) // 2]


def test_any_changed_byte_of_id_time_body_and_signature_is_refused(shared: Endpoint, line: Connection) -> None:
    connection = line
    body = b'{"amount": 12.50, "who": "J\xc3\xbcrgen"}'
    headers = shared.headers("msg_2b6Hf.9", body)
    before = len(shared.events())
    tried = 0
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        for changed in other_bytes(headers[name].encode(), printable=True):
            # Blanks at the end part signatures: one that is whole and stands beside others counts.
            if changed.decode() != headers[name]:
                assert shared.post(connection, headers | {name: changed.decode()}, body) == UNAUTHORIZED, changed
                tried += 1
    for changed in other_bytes(body, printable=False):
        assert shared.post(connection, headers, changed) == UNAUTHORIZED, changed
        tried += 1
    for changed in other_bytes(shared.token.encode(), printable=True):
        assert shared.post(connection, headers, body, changed.decode()) == UNAUTHORIZED, changed
        tried += 1
    assert tried > 400
    assert len(shared.events()) == before
    assert shared.post(connection, headers, body) == ACCEPTED, "and it was a good message"


def test_a_dot_moved_between_id_time_and_body_brings_nothing_in(shared: Endpoint, line: Connection) -> None:
    """id.time.body can be cut in other places where an id has dots; what comes out is no JSON object."""
    connection = line
    now = int(datetime.now(UTC).timestamp())
    body = b'{"a": 1}'
    headers = shared.headers(f"m.{now}", body)
    before = len(shared.events())
    shifted = headers | {"webhook-id": "m", "webhook-timestamp": str(now)}
    answer = shared.post(connection, shifted, f"{headers['webhook-timestamp']}.".encode() + body)
    assert answer["status"] == 400
    assert len(shared.events()) == before


def test_a_signature_for_another_endpoint_is_refused(endpoint: Endpoint) -> None:
    other = make_endpoint(endpoint.db)
    body = b"{}"
    connection = engine(endpoint)
    assert post(connection, other.token, endpoint.headers("m1", body), body) == UNAUTHORIZED
    assert post(connection, endpoint.token, endpoint.headers("m1", body), body) == ACCEPTED


def test_an_archived_organization_receives_nothing(endpoint: Endpoint) -> None:
    owner = endpoint.db.value("select test.member(%s, 'owner')", [endpoint.org])
    endpoint.db.rows("select trimtab.archive_organization()", user=owner)
    assert endpoint.post(engine(endpoint), endpoint.headers("m1", b"{}"), b"{}") == UNAUTHORIZED


HEADERS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["webhook-id", "Webhook-Id", "webhook-timestamp", "webhook-signature", "WEBHOOK-SIGNATURE", "x"]
            ),
            inner | st.sampled_from(["1", "v1,", "v1,AAAA v1,BBBB", str(2**31), "99999999999", " ", "v1," * 3000]),
            max_size=6,
        )
    ),
    max_leaves=8,
)


@given(
    token=st.text(st.characters(codec="utf-8", exclude_characters="\0"))
    | st.from_regex(r"[A-Za-z0-9_-]{64}", fullmatch=True),
    headers=HEADERS,
    body=st.binary(),
    is_known=st.booleans(),
)
def test_whatever_comes_unsigned_is_refused_and_never_an_error(
    shared: Endpoint, line: Connection, token: str, headers: Any, body: bytes, is_known: bool
) -> None:
    assert post(line, shared.token if is_known else token, headers, body) == UNAUTHORIZED


@pytest.mark.parametrize(
    ("number", "status"),
    [("1e308", 200), ("-1e-308", 200), ("0.0", 200), ("1e309", 400), ("-1e131071", 400), ("1e-400", 400)],
)
def test_a_few_bytes_do_not_become_many(shared: Endpoint, line: Connection, number: str, status: int) -> None:
    """jsonb keeps 1e131071 in a few bytes, and writes it out in 128 kB."""
    body = json.dumps({"a": [{"b": 0}]}).replace("0", number).encode()
    answer = shared.post(line, shared.headers(uuid4().hex, body), body)
    assert answer["status"] == status


@pytest.mark.parametrize(("levels", "status"), [(64, 200), (65, 400), (3000, 400)])
def test_what_is_nested_too_deep_for_readers_is_refused(
    shared: Endpoint, line: Connection, levels: int, status: int
) -> None:
    body = b'{"a":' * levels + b"1" + b"}" * levels
    assert shared.post(line, shared.headers(uuid4().hex, body), body)["status"] == status


@given(body=st.binary() | st.binary().map(lambda junk: b'{"a": "' + junk + b'"}'))
def test_whatever_comes_signed_is_taken_or_told_to_be_malformed(
    shared: Endpoint, line: Connection, body: bytes
) -> None:
    headers = {"webhook-id": uuid4().hex, "webhook-timestamp": str(int(datetime.now(UTC).timestamp()))}
    key = base64.b64decode(shared.secret.removeprefix("whsec_"))
    message = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    code = base64.b64encode(hmac.digest(key, message, "sha256")).decode()
    answer = post(line, shared.token, headers | {"webhook-signature": f"v1,{code}"}, body)
    try:
        is_object = isinstance(json.loads(body.decode()), dict) and b"\\u0000" not in body
    except (ValueError, RecursionError):
        is_object = False
    assert answer["status"] == (200 if is_object else 400), (answer, body)


# --- what is refused costs the same, and stands in nobody's way


def test_every_refusal_calls_the_same_functions_as_often(tap_db: Database) -> None:
    """Looked at is what is executed, not the clock: everything that is refused with 401 has done the same."""
    endpoint = make_endpoint(tap_db)
    body, now = b"{}", datetime.now(UTC)
    good = endpoint.headers("m1", body)
    bad = {"webhook-signature": "v1," + base64.b64encode(b"x" * 32).decode()}
    paused = make_endpoint(tap_db)
    expired = make_endpoint(tap_db)
    tap_db.rows("update trimtab.webhook_endpoints set status = 'paused' where org_id = %s", [paused.org])
    tap_db.rows("update trimtab.webhook_secrets set revoked_at = now() where org_id = %s", [expired.org])
    cases: dict[str, tuple[str, dict[str, str]]] = {
        "unknown endpoint": ("A" * 64, good),
        "unknown token": (endpoint.token[:32] + "A" * 32, good),
        "wrong signature": (endpoint.token, good | bad),
        "too old": (endpoint.token, endpoint.headers("m1", body, now - timedelta(minutes=6))),
        "too new": (endpoint.token, endpoint.headers("m1", body, now + timedelta(minutes=6))),
        "no headers": (endpoint.token, {}),
        "no headers, no endpoint": ("A" * 64, {}),
        "paused": (paused.token, paused.headers("m1", body)),
        "no secret is valid": (expired.token, expired.headers("m1", body)),
    }
    with tap_db.connect() as connection:
        connection.execute("set track_functions = 'all'")
        done = {}
        for case, (token, headers) in cases.items():
            connection.execute("select pg_stat_reset()")
            assert post(connection, token, headers, body) == UNAUTHORIZED, case
            connection.execute("select pg_stat_force_next_flush()")
            done[case] = connection.execute(
                "select funcname, calls from pg_stat_user_functions where schemaname = 'trimtab' order by 1"
            ).fetchall()
    assert ("unseal", 1) in done["wrong signature"] and ("hmac_sha256", 3) in done["wrong signature"]
    assert Counter(map(str, done.values())).most_common() == [(str(done["paused"]), len(cases))], done


def test_what_is_refused_neither_waits_nor_adds_rows(endpoint: Endpoint) -> None:
    """Others hold the rows of the counts: what is refused is answered at once, what is signed is taken."""
    holder = endpoint.db.connect(autocommit=False)
    holder.execute("select from trimtab.webhook_refusals for update")
    holder.execute("select from trimtab.stray_webhooks for update")
    connection = engine(endpoint)
    connection.execute("set lock_timeout = '1s'")
    headers = endpoint.headers("m1", b"{}")
    sizes = "select (select count(*) from trimtab.webhook_refusals) + (select count(*) from trimtab.stray_webhooks)"
    rows = endpoint.db.value(sizes)
    for _ in range(20):
        assert endpoint.post(connection, headers | {"webhook-signature": "v1,AAAA"}, b"{}") == UNAUTHORIZED
        assert endpoint.post(connection, headers, b"{}", "A" * 64) == UNAUTHORIZED
    assert endpoint.post(connection, headers, b"{}") == ACCEPTED
    holder.rollback()
    assert endpoint.post(connection, headers | {"webhook-signature": "v1,AAAA"}, b"{}") == UNAUTHORIZED
    assert endpoint.count("refused_signature") == 1
    assert endpoint.db.value(sizes) == rows


def test_a_locked_endpoint_is_busy_and_takes_the_message_later(endpoint: Endpoint) -> None:
    holder = endpoint.db.connect(autocommit=False)
    holder.execute("select from trimtab.webhook_traffic for update")
    connection = engine(endpoint)
    headers = endpoint.headers("m1", b"{}")
    answer = endpoint.post(connection, headers, b"{}")
    assert (answer["status"], answer["retry_after"]) == (503, 5)
    holder.rollback()
    assert endpoint.post(connection, headers, b"{}") == ACCEPTED


def test_an_admin_in_the_middle_of_a_change_keeps_no_message_waiting(endpoint: Endpoint) -> None:
    admin = endpoint.db.connect(ENGINE, autocommit=False)
    admin.execute("select trimtab.init_transaction_context(null, %s)", [endpoint.org])
    admin.execute("select trimtab.rotate_webhook_secret(%s)", [endpoint.id])
    admin.execute("select trimtab.change_webhook_endpoint(%s, p_rate_limit_per_minute => 5)", [endpoint.id])
    admin.execute("select trimtab.set_webhook_endpoint_status(%s, 'paused')", [endpoint.id])
    connection = engine(endpoint)
    assert endpoint.post(connection, endpoint.headers("m1", b"{}"), b"{}") == ACCEPTED
    admin.commit()
    assert endpoint.post(connection, endpoint.headers("m2", b"{}"), b"{}") == UNAUTHORIZED


# --- two at once


@pytest.mark.parametrize("first_commits", [True, False])
def test_of_two_deliveries_at_once_one_is_an_event(endpoint: Endpoint, first_commits: bool) -> None:
    headers, body = endpoint.headers("m1", b'{"n": 1}'), b'{"n": 1}'
    first, second = engine(endpoint), engine(endpoint)
    answers: list[Any] = []
    first.autocommit = False
    assert endpoint.post(first, headers, body) == ACCEPTED
    thread = threading.Thread(target=lambda: answers.append(endpoint.post(second, headers, body)))
    thread.start()
    wait_until_blocked(endpoint.db, second)
    (first.commit if first_commits else first.rollback)()
    thread.join(30)
    assert answers == [REPEATED if first_commits else ACCEPTED]
    assert endpoint.events() == [({"n": 1},)]


def test_a_sender_whose_connection_is_lost_sends_again(endpoint: Endpoint) -> None:
    headers, body = endpoint.headers("m1", b'{"n": 1}'), b'{"n": 1}'
    lost = engine(endpoint)
    lost.autocommit = False
    assert endpoint.post(lost, headers, body) == ACCEPTED
    endpoint.db.rows("select pg_terminate_backend(%s, 10000)", [lost.info.backend_pid])
    assert endpoint.events() == []
    assert endpoint.post(engine(endpoint), headers, body) == ACCEPTED
    assert endpoint.events() == [({"n": 1},)]


def test_many_deliveries_by_many_at_once(tap_db: Database) -> None:
    """Eight connections deliver the same hundred messages in another order each, under a rate of sixty."""
    endpoint = make_endpoint(tap_db, rate_limit_per_minute=60)
    tap_db.rows("select test.clock_at(date_trunc('second', now()))")
    messages = [(endpoint.headers(f"m{n}", b"{}"), b"{}") for n in range(100)]

    def deliver(turn: int) -> Counter[int]:
        with endpoint.db.connect(ENGINE) as connection:
            order = messages[turn * 12 :] + messages[: turn * 12]
            return Counter(endpoint.post(connection, headers, body)["status"] for headers, body in order)

    with ThreadPoolExecutor(8) as pool:
        total = sum(pool.map(deliver, range(8)), Counter[int]())
    assert len(endpoint.events()) == 60
    assert endpoint.count("accepted") == 60
    assert total[200] == endpoint.count("accepted") + endpoint.count("repeated")
    assert total[429] == endpoint.count("rate_limited") == 800 - total[200]


# --- secrets stay secret


def test_no_message_of_the_server_tells_a_secret(tap_db: Database) -> None:
    """With every statement and plan logged, at the highest level, to the client: no key and no secret is in it."""
    org = str(tap_db.value("select test.organization()"))
    admin = str(tap_db.value("select test.member(%s, 'admin')", [org]))
    heard: list[str] = []

    def listen(connection: Connection, *settings: str) -> Connection:
        connection.add_notice_handler(lambda note: heard.extend(told(note)))
        for setting in (*settings, "client_min_messages = 'debug5'", "debug_print_plan = on", "debug_print_parse = on"):
            connection.execute(f"set {setting}".encode())
        return connection

    server = listen(
        tap_db.connect(), "log_statement = 'all'", "log_min_duration_statement = 0", "log_parameter_max_length = 0"
    )
    # What a member of the organization can set alone.
    person = listen(tap_db.connect(admin), "log_parameter_max_length_on_error = -1", "plpgsql.print_strict_params = on")
    made = person.execute("select * from trimtab.create_webhook_endpoint('notes', 'team.noted')").fetchone()
    assert made is not None
    rotated = person.execute("select * from trimtab.rotate_webhook_secret(%s)", [made[0]]).fetchone()
    assert rotated is not None
    secrets = [
        made[2],
        rotated[1],
        *(row[0] for row in tap_db.rows("select encode(key, 'hex') from trimtab.sealing_keys")),
    ]
    endpoint = Endpoint(tap_db, org, str(made[0]), made[1], made[2])
    body = b'{"n": 1}'
    for connection in (server, listen(engine(endpoint))):
        headers = endpoint.headers(uuid4().hex, body)
        assert endpoint.post(connection, headers, body) == ACCEPTED
        assert endpoint.post(connection, headers | {"webhook-signature": "v1,AAAA"}, body) == UNAUTHORIZED
    with server.transaction():
        server.execute("update trimtab.webhook_secrets set sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1)")
    assert endpoint.post(server, endpoint.headers("m2", body), body) == UNAUTHORIZED
    assert endpoint.count("refused_secret") == 1
    server.execute("select trimtab.add_sealing_key()")
    resealed = server.execute("select trimtab.reseal_webhook_secrets()").fetchone()
    assert resealed == (0,), "none can be opened"

    own = "whsec_tooshort"
    for call in ("rotate_webhook_secret('{}', '1 hour', %s)", "create_webhook_endpoint('{}', 'a.b', p_secret => %s)"):
        with pytest.raises(psycopg.Error) as caught:
            person.execute(f"set log_parameter_max_length_on_error = 0; select trimtab.{call.format(made[0])}".encode()
                           .replace(b"%s", f"'{own}'".encode()))  # fmt: skip
        assert caught.value.sqlstate == "TT082"
        assert not [text for text in told(caught.value.diag) if own in text]

    text = " ".join(" ".join(heard).split())
    assert "rotate_webhook_secret" in text and "PLANNEDSTMT" in text, "the server did talk"
    for secret in secrets:
        bare = secret.removeprefix("whsec_")
        numbers = [byte - 256 if byte > 127 else byte for byte in bare.encode()[:24]]
        for form in (bare, base64.b64encode(bare.encode()).decode(), bare.encode().hex(), " ".join(map(str, numbers))):
            assert form not in text


def told(diagnostic: psycopg.errors.Diagnostic) -> list[str]:
    """All texts of a message."""
    names = ("message_primary", "message_detail", "message_hint", "context", "internal_query")
    return [str(getattr(diagnostic, name)) for name in names]


def test_what_is_stored_holds_neither_token_nor_secret(endpoint: Endpoint) -> None:
    tables = endpoint.db.rows(
        "select c.oid::regclass::text from pg_class c where c.relnamespace = 'trimtab'::regnamespace"
        " and c.relkind in ('r', 'p') and c.relname <> 'sealing_keys'"
    )
    key = base64.b64decode(endpoint.secret.removeprefix("whsec_"))
    forms = [endpoint.token, endpoint.secret.removeprefix("whsec_"), key.hex(), endpoint.token.encode().hex(),
             endpoint.secret.encode().hex()]  # fmt: skip
    for (table,) in tables:
        text = str(endpoint.db.value(f"select string_agg(t::text, ' ') from {table} t"))
        assert not [form for form in forms if form in text], table


def test_without_the_keys_a_copy_opens_nothing_and_goes_on_with_new_secrets(endpoint: Endpoint) -> None:
    """What `pg_dump --exclude-table-data` leaves, deployed again."""
    endpoint.db.rows("delete from trimtab.sealing_keys")
    endpoint.db.rows("select trimtab.add_sealing_key()")
    connection = engine(endpoint)
    assert endpoint.post(connection, endpoint.headers("m1", b"{}"), b"{}") == UNAUTHORIZED
    assert endpoint.count("refused_secret") == 1
    with endpoint.db.connect(ENGINE) as admin, admin.transaction():
        admin.execute("select trimtab.init_transaction_context(null, %s)", [endpoint.org])
        made = admin.execute("select secret from trimtab.rotate_webhook_secret(%s)", [endpoint.id]).fetchone()
    assert made is not None
    endpoint.secret = made[0]
    assert endpoint.post(connection, endpoint.headers("m1", b"{}"), b"{}") == ACCEPTED


def test_a_dump_without_the_keys_data_holds_no_key(endpoint: Endpoint) -> None:
    """The page's options, on a real dump; without them the key is in it."""
    key = str(endpoint.db.value("select encode(key, 'hex') from trimtab.sealing_keys"))

    def dump(*options: str) -> str:
        program = str(find_programs().bin / "pg_dump")
        command = [program, *options, endpoint.db.dsn()]
        return str(subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout)

    without = dump("--exclude-table-data=trimtab.sealing_keys")
    keys = dump("--data-only", "--table=trimtab.sealing_keys")
    whole = dump()
    assert "COPY trimtab.webhook_secrets" in without and key not in without
    assert key in keys and "webhook_secrets" not in keys
    assert key in whole
    assert endpoint.secret.removeprefix("whsec_") not in whole


def test_sealed_anew_the_old_key_is_not_needed(endpoint: Endpoint) -> None:
    endpoint.db.rows("select trimtab.add_sealing_key()", user=ADMIN)
    assert endpoint.db.value("select trimtab.reseal_webhook_secrets()", user=ADMIN) == 1
    endpoint.db.rows(
        "delete from trimtab.sealing_keys where created_at < (select max(created_at) from trimtab.sealing_keys)",
        user=ADMIN,
    )
    assert endpoint.db.value("select count(*) from trimtab.sealing_keys") == 1
    assert endpoint.post(engine(endpoint), endpoint.headers("m1", b"{}"), b"{}") == ACCEPTED


# --- over HTTP


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_the_pages_calls_make_endpoints(endpoint: Endpoint) -> None:
    calls = next(block for block in blocks("sql") if "create_webhook_endpoint" in block)
    with endpoint.db.connect(ENGINE) as connection, connection.transaction():
        connection.execute("select trimtab.init_transaction_context(null, %s)", [endpoint.org])
        connection.execute(calls.encode())
        rows = connection.execute("select name, event_type, type_from from trimtab.v_webhook_endpoints order by name")
        assert rows.fetchall() == [
            ("forms", "forms.*", "type"), ("notes", "team.noted", None), ("shop", "purchase.made", None),
        ]  # fmt: skip


@contextmanager
def front(db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The page's server on a free port, with the login that the page makes for it."""
    [grants] = [block for block in blocks("sql") if "trimtab_front" in block]
    login = f"front_{uuid4().hex[:12]}"
    with db.connect() as connection:
        connection.execute(grants.replace("trimtab_front", login).encode())
    monkeypatch.setenv("FRONT_DATABASE_URL", db.dsn(login))
    [code] = blocks("python")
    names: dict[str, Any] = {"__name__": "front"}
    exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102
    names["Front"].log_message = lambda *_: None
    server = ThreadingHTTPServer(("127.0.0.1", 0), names["Front"])
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with db.connect() as connection:
            connection.execute(sql.SQL("drop owned by {0}; drop role {0}").format(sql.Identifier(login)))


def send(port: int, token: str, headers: dict[str, str], body: bytes) -> tuple[int, Any, str | None]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", f"/hooks/{token}", body, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), answer.getheader("retry-after")


def test_the_pages_http_server_takes_what_the_official_package_sends(
    tap_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = make_endpoint(tap_db, rate_limit_per_minute=2)
    body = '{"note":  "Grüße",\r\n "n": 1.10}'.encode()
    headers = endpoint.headers("m1", body)
    with front(tap_db, monkeypatch) as port:
        assert send(port, endpoint.token, headers, body) == (200, {"result": "accepted"}, None)
        shouted = {name.upper(): value for name, value in headers.items()}
        assert send(port, endpoint.token, shouted, body) == (200, {"result": "repeated"}, None)
        for token, sent, text in (
            (endpoint.token, headers, body + b" "),
            ("A" * 64, headers, body),
            (endpoint.token, {}, body),
            ("", headers, b""),
        ):
            assert send(port, token, sent, text) == (401, {"error": "unauthorized"}, None)
        assert send(port, endpoint.token, endpoint.headers("m2", b"[]"), b"[]")[0] == 400
        status, answer, retry_after = send(port, endpoint.token, endpoint.headers("m3", b"{}"), b"{}")
        assert (status, answer) == (429, {"error": "rate_limited"})
        assert 1 <= int(retry_after or 0) <= 30
        assert endpoint.events() == [({"note": "Grüße", "n": 1.1},)]
        tap_db.rows("drop trigger check_events on trimtab.events")  # the tests' own
        faults = [check for check in verify(tap_db.dsn(ADMIN)) if check.verdict == "fail"]
        assert faults == [], "the login that the page makes is no fault of the installation"


def test_the_front_may_do_nothing_else(tap_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with front(tap_db, monkeypatch):
        import os

        with psycopg.connect(os.environ["FRONT_DATABASE_URL"], autocommit=True) as connection:
            for statement in (
                "select from trimtab.webhook_endpoints",
                "select from trimtab.events",
                "select from trimtab.organizations",
                "select trimtab.create_webhook_endpoint('x', 'a.b')",
                "select trimtab.unseal(null)",
                "select trimtab.init_transaction_context(null, null)",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())


# --- the command line


@pytest.fixture
def run(tap_db: Database) -> Callable[..., Result]:
    tap_db.rows("select test.organization('Acme')")

    def call(*arguments: str, text: str | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(
            main, ["--database-url", tap_db.dsn(ENGINE), "webhooks", *arguments], input=text, env={"COLUMNS": "250"}
        )
        assert result.exit_code == code, result.output
        return result

    return call


def test_an_endpoint_from_its_making_to_its_end(
    tap_db: Database, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("list").stderr.startswith("no endpoints")
    made = run("create", "notes", "--event", "team.noted", "--json")
    endpoint = json.loads(made.stdout)
    token, secret = endpoint["token"], endpoint["secret"]
    assert "cannot be shown again" in made.stderr
    assert json.loads(run("test", token, text=secret).stdout) == ACCEPTED
    assert tap_db.value("select count(*) from trimtab.webhook_receipts") == 0, "a test leaves nothing"
    assert json.loads(run("test", token, "--keep", "--payload", '{"n": 1}', text=secret).stdout) == ACCEPTED
    assert tap_db.rows("select payload from trimtab.events where type = 'team.noted'") == [({"n": 1},)]
    refused = run("test", token, text="whsec_" + "A" * 44, code=1)
    assert json.loads(refused.stdout) == UNAUTHORIZED

    with front(tap_db, monkeypatch) as port:
        url = f"http://127.0.0.1:{port}/hooks/{token}"
        assert json.loads(run("test", url, text=secret).stdout) == ACCEPTED
        # What the library leaves open of an answer that is an error is not ours to close.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            assert json.loads(run("test", url, text="whsec_" + "A" * 44, code=1).stdout) == UNAUTHORIZED
    assert "cannot reach it" in run("test", url, text=secret, code=1).stderr

    second = json.loads(run("rotate", "notes", "--keep-old", "1 hour", "--json").stdout)
    for valid in (secret, second["secret"]):
        assert json.loads(run("test", token, text=valid).stdout) == ACCEPTED
    secrets = json.loads(run("secrets", "--json").stdout)
    assert [(s["endpoint"], s["status"], bool(s["expires_at"])) for s in secrets] == [
        ("notes", "valid", False), ("notes", "valid", True),
    ]  # fmt: skip
    assert run("revoke", secrets[1]["id"]).stdout == "revoked; 1 valid\n"
    assert run("revoke", secrets[0]["id"]).stdout.startswith("revoked; none is left")
    own = "whsec_" + base64.b64encode(b"k" * 32).decode()
    shown = run("rotate", endpoint["id"], "--own-secret", text=own + "\n")
    assert own not in shown.output
    assert json.loads(run("test", token, text=own).stdout) == ACCEPTED
    run("change", "notes", "--rate", "60", "--name", "papers")
    [listed] = json.loads(run("list", "--json").stdout)
    assert (listed["name"], listed["rate_limit_per_minute"], listed["event_type"]) == ("papers", 60, "team.noted")
    run("change", "papers", "--name", "notes", "--type-from", "type", "--prefix", "notes")
    refused = run("test", token, text=own, code=1)
    assert json.loads(refused.stdout)["status"] == 400, "nothing says what it is"
    assert "→ --payload gives the message" in refused.stderr
    run("change", "notes", "--event", "team.noted")
    assert "TT080" in run("change", "notes", "--event", "system.noted", "--rate", "0", code=1).stderr
    run("pause", "notes")
    run("test", token, text=own, code=1)
    run("resume", "notes")
    run("test", token, text=own)

    [listed] = json.loads(run("list", "--json").stdout)
    assert (listed["name"], listed["status"], listed["accepted"]) == ("notes", "active", 2)
    assert listed["refused_signature"] == 1, "what was refused over HTTP; the others left nothing"
    everything = run("list").output + run("secrets").output + run("list", "--json").output
    assert not [word for word in (token, secret, second["secret"], own) if word in everything]
    run("remove", "notes", code=2)
    run("remove", "notes", "--yes")
    run("remove", "notes", "--yes", code=1)
    run("test", token, text=own, code=1)
    assert tap_db.value("select count(*) from trimtab.events where type = 'team.noted'") == 2


def test_types_are_taken_from_messages(tap_db: Database, run: Callable[..., Result]) -> None:
    made = json.loads(run("create", "forms", "--type-from", "data.kind", "--prefix", "forms", "--json").stdout)
    payload = '{"data": {"kind": "Survey Sent"}}'
    run("test", made["token"], "--keep", "--payload", payload, text=made["secret"])
    assert tap_db.value("select type from trimtab.events where source = 'webhook:forms'") == "forms.survey_sent"
    for wrong in ('{"data": {"kind": 7}}', '{"data": []}', '{"data": {"kind": ""}}', '{"data": {"kind": "1"}}'):
        answer = json.loads(run("test", made["token"], "--payload", wrong, text=made["secret"], code=1).stdout)
        assert answer["status"] == 400, wrong
    refused = run("create", "more", "--type-from", "type", "--prefix", "system", code=1)
    assert "TT080" in refused.stderr


def test_what_the_catalogue_knows_must_fit_its_schema(tap_db: Database) -> None:
    tap_db.rows(
        "insert into trimtab.event_types (type, source, room, description, payload_schema)"
        " values ('till.counted', 'external', 'triggers', 'x', %s)",
        [Jsonb({"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number", "minimum": 0}}})],
    )
    org = str(tap_db.value("select test.organization()"))
    admin = str(tap_db.value("select test.member(%s, 'admin')", [org]))
    [made] = tap_db.rows("select * from trimtab.create_webhook_endpoint('till', 'till.counted')", user=admin)
    endpoint = Endpoint(tap_db, org, str(made[0]), *made[1:])
    connection = engine(endpoint)
    for body in (b"{}", b'{"amount": -1}', b'{"amount": "1"}'):
        answer = endpoint.post(connection, endpoint.headers("m1", body), body)
        assert answer["status"] == 400 and answer["body"]["fault"].startswith("body.amount"), answer
    assert endpoint.post(connection, endpoint.headers("m1", b'{"amount": 1}'), b'{"amount": 1}') == ACCEPTED


# --- helpers


def engine(endpoint: Endpoint) -> Connection:
    """A connection as an HTTP server has it."""
    return endpoint.db.connect(ENGINE)


def wait_until_blocked(db: Database, connection: Connection) -> None:
    """Return when the session waits for a lock."""
    pause = threading.Event()
    for _ in range(2000):
        waiting = db.value("select wait_event_type from pg_stat_activity where pid = %s", [connection.info.backend_pid])
        if waiting == "Lock":
            return
        pause.wait(0.01)
    raise AssertionError("the session never waited for a lock")
