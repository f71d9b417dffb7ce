"""Who is asking: settings that are forged, empty, stale or junk, pooled sessions, claims, parallel plans."""

from __future__ import annotations

import json
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from support.database import Connection
from tenancy.world import World, attempt, transaction

NO_CONTEXT = "TT001"
CHOOSE = "TT002"
JUNK = (
    "",
    " ",
    "x",
    "null",
    "0",
    "00000000-0000-0000-0000-000000000000",
    "{acme}x",
    " {acme}",
    "{acme}\n",
    "{{{acme}}}",
    "{acme}' or true --",
    "{acme},{bolt}",
    "{plain}",
    "'{acme}'",
    "é" * 36,
    "9" * 100_000,
    "../{acme}",
)


def set_session(connection: Connection, name: str, value: str) -> None:
    connection.execute("select set_config(%s, %s, false)", [name, value])


def seen(connection: Connection) -> list[str]:
    """The organizations of which the session sees campaigns."""
    return [
        str(row[0]) for row in connection.execute("select distinct org_id from trimtab.campaigns order by 1").fetchall()
    ]


def holds_nothing(connection: Connection) -> None:
    """No row to read, nothing to change, and TT001 from calls and inserts; never an error of a cast."""
    assert seen(connection) == []
    assert attempt(connection, "update trimtab.campaigns set title = 'mine'") == (None, 0)
    assert attempt(connection, "insert into trimtab.campaigns (title) values ('mine')")[0] == NO_CONTEXT
    assert attempt(connection, "select trimtab.require_org()")[0] == NO_CONTEXT
    assert attempt(connection, "select * from trimtab.identify_underperforming_campaigns()")[0] == NO_CONTEXT
    assert connection.execute("select trimtab.current_org_id()").fetchone() == (None,)


@pytest.fixture
def both(world: World) -> str:
    """A login of a person who is a member of both organizations, bound to both; made anew."""
    login = str(world.db.value("select test.member(%s, 'viewer')", [world.acme]))
    user = world.db.value("select test.user_of(%s)", [login])
    world.db.rows(
        "insert into trimtab.memberships (org_id, user_id, role) values (%s, %s, 'owner')", [world.bolt, user]
    )
    world.db.rows("insert into trimtab.login_organizations (org_id, login) values (%s, %s)", [world.bolt, login])
    return login


# --- analysts


@pytest.mark.parametrize("value", JUNK)
def test_junk_in_the_setting_never_reaches_a_cast(world: World, value: str) -> None:
    value = value.format(acme=world.acme, bolt=world.bolt, plain=world.acme.replace("-", ""))
    connection = world.connect("viewer")
    set_session(connection, "trimtab.org_id", value)
    if value == "":
        assert seen(connection) == [world.acme], "empty is what a SET LOCAL leaves behind: as if never set"
    else:
        holds_nothing(connection)


@pytest.mark.parametrize("value", JUNK)
def test_junk_in_the_setting_of_the_user_changes_nothing_for_analysts(world: World, value: str) -> None:
    connection = world.connect("viewer")
    set_session(
        connection, "trimtab.user_id", value.format(acme=world.acme, bolt=world.bolt, plain=world.acme.replace("-", ""))
    )
    assert seen(connection) == [world.acme]
    assert connection.execute("select trimtab.current_user_id()::text").fetchone() == (world.user("viewer"),)


def test_an_analyst_cannot_claim_another_organization_or_person(world: World) -> None:
    connection = world.connect("viewer")
    set_session(connection, "trimtab.org_id", world.bolt)
    holds_nothing(connection)
    set_session(connection, "trimtab.org_id", "")
    for user, org in [
        (None, world.bolt),
        (world.user("other"), world.bolt),
        (world.user("owner"), world.acme),
        (str(uuid4()), world.acme),
        (world.user("viewer"), None),
        (None, None),
    ]:
        state, _ = attempt(connection, "select trimtab.init_transaction_context(%s, %s)", [user, org])
        assert state == NO_CONTEXT, (user, org)
        assert seen(connection) == [world.acme], "a refused claim leaves nothing behind"
    with transaction(connection, world.user("viewer"), world.acme):
        assert seen(connection) == [world.acme]


def test_claims_in_a_token_mean_nothing_for_a_login_of_another_kind(world: World) -> None:
    claims = json.dumps({"sub": world.user("other"), "org_id": world.bolt, "role": "service_role"})
    for actor, sees in (("viewer", [world.acme]), ("stranger", []), ("nobody", []), ("application", [])):
        connection = world.connect(actor)
        for name in ("request.jwt.claims", "request.jwt.claim.sub", "role_claim.x"):
            set_session(connection, name, claims)
        assert seen(connection) == sees, actor


def test_a_login_of_several_organizations_must_choose(world: World, both: str) -> None:
    connection = world.db.connect(both)
    assert seen(connection) == []
    assert attempt(connection, "select trimtab.require_org()")[0] == CHOOSE
    assert connection.execute("select name, role, is_current from trimtab.my_organizations()").fetchall() == [
        ("Acme", "viewer", False),
        ("Bolt", "owner", False),
    ]
    set_session(connection, "trimtab.org_id", world.acme.upper())
    assert seen(connection) == [world.acme]
    assert attempt(connection, "update trimtab.campaigns set title = 'x'")[0] == "TT003", "a viewer there"
    set_session(connection, "trimtab.org_id", world.bolt)
    assert seen(connection) == [world.bolt]
    assert connection.execute("select name, is_current from trimtab.my_organizations()").fetchall() == [
        ("Acme", False),
        ("Bolt", True),
    ]
    with transaction(connection, None, world.acme):
        assert seen(connection) == [world.acme], "a transaction may choose otherwise"
    assert seen(connection) == [world.bolt], "and the session's choice is there again"


def test_a_membership_or_a_binding_alone_opens_nothing(world: World) -> None:
    """Membership without a binding, binding without a membership, and both gone while the session is open."""
    login = str(world.db.value("select test.stranger()"))
    user = world.db.value("select test.user_of(%s)", [login])
    connection = world.db.connect(login)
    world.db.rows("insert into trimtab.login_organizations (org_id, login) values (%s, %s)", [world.acme, login])
    holds_nothing(connection)
    world.db.rows(
        "insert into trimtab.memberships (org_id, user_id, role) values (%s, %s, 'viewer')", [world.acme, user]
    )
    assert seen(connection) == [world.acme]
    world.db.rows("delete from trimtab.login_organizations where login = %s", [login])
    holds_nothing(connection)
    world.db.rows("delete from trimtab.memberships where user_id = %s", [user])
    holds_nothing(connection)


def test_nobody_acts_for_an_archived_organization(world: World) -> None:
    org = str(world.db.value("select test.organization('Gone')"))
    login = str(world.db.value("select test.member(%s, 'owner')", [org]))
    connection, engine = world.db.connect(login), world.connect("engine")
    assert attempt(connection, "select trimtab.require_org()")[0] is None
    connection.execute("select trimtab.archive_organization()")
    holds_nothing(connection)
    assert attempt(engine, "select trimtab.init_transaction_context(null, %s)", [org])[0] == NO_CONTEXT
    engine.execute("select trimtab.restore_organization(%s)", [org])
    assert attempt(connection, "select trimtab.require_org()")[0] is None
    assert attempt(engine, "select trimtab.restore_organization(%s)", [uuid4()])[0] == "TT004"


# --- applications, on pooled connections


def test_an_application_acts_in_the_transaction_in_which_it_said_for_whom(world: World) -> None:
    connection = world.connect("application")
    holds_nothing(connection)
    with transaction(connection, world.user("manager"), world.acme):
        assert seen(connection) == [world.acme]
        assert connection.execute("select trimtab.current_user_id()::text").fetchone() == (world.user("manager"),)
    holds_nothing(connection)
    with transaction(connection, world.user("other"), world.bolt):
        assert seen(connection) == [world.bolt]
    holds_nothing(connection)


def test_an_application_may_name_members_only(world: World) -> None:
    connection = world.connect("application")
    system = world.db.value("select system_user_id from trimtab.organizations where org_id = %s", [world.acme])
    for user, org in [
        (world.user("viewer"), world.bolt),
        (world.user("stranger"), world.acme),
        (str(uuid4()), world.acme),
        (world.user("viewer"), str(uuid4())),
        (system, world.acme),
        (None, world.acme),
        (world.user("viewer"), None),
    ]:
        state, _ = attempt(connection, "select trimtab.init_transaction_context(%s, %s)", [user, org])
        assert state == NO_CONTEXT, (user, org)
        holds_nothing(connection)


def test_a_setting_of_the_session_does_not_make_a_context_for_an_application(world: World) -> None:
    """Somebody sets without a transaction, or copies what a transaction had set: the next one is bare all the same."""
    connection = world.connect("application")
    with transaction(connection, world.user("owner"), world.acme):
        started = connection.execute("select current_setting('trimtab.context_started')").fetchone()
    assert started is not None
    set_session(connection, "trimtab.user_id", world.user("owner"))
    set_session(connection, "trimtab.org_id", world.acme)
    holds_nothing(connection)
    set_session(connection, "trimtab.context_started", started[0])
    holds_nothing(connection)
    for junk in ("", "true", "0", "now", "infinity"):
        set_session(connection, "trimtab.context_started", junk)
        holds_nothing(connection)


def test_a_context_survives_neither_rollback_nor_savepoint(world: World) -> None:
    connection = world.connect("application")
    with pytest.raises(ZeroDivisionError), transaction(connection, world.user("owner"), world.acme):
        raise ZeroDivisionError
    holds_nothing(connection)
    with connection.transaction():
        with connection.transaction(force_rollback=True):
            connection.execute("select trimtab.init_transaction_context(%s, %s)", [world.user("owner"), world.acme])
            assert seen(connection) == [world.acme]
        assert seen(connection) == []


def test_a_context_does_not_hang_on_how_times_are_shown(world: World) -> None:
    connection = world.connect("application")
    with transaction(connection, world.user("owner"), world.acme):
        for setting in ("set local timezone = 'Asia/Kolkata'", "set local datestyle = 'German, DMY'"):
            connection.execute(setting.encode())
            assert seen(connection) == [world.acme]


def test_the_engine_needs_the_transaction_too(world: World) -> None:
    connection = world.connect("engine")
    set_session(connection, "trimtab.org_id", world.acme)
    assert attempt(connection, "select trimtab.require_org()")[0] == NO_CONTEXT
    assert (
        attempt(connection, "select trimtab.init_transaction_context(%s, %s)", [world.user("owner"), world.acme])[0]
        == NO_CONTEXT
    ), "the engine is no person"
    with transaction(connection, None, world.acme):
        assert connection.execute("select trimtab.require_org('owner')::text").fetchone() == (world.acme,)


# --- claims of a token


def test_claims_count_for_logins_registered_for_them(world: World) -> None:
    connection = world.connect("jwt")
    holds_nothing(connection)
    acme, bolt, owner = world.acme, world.bolt, world.user("owner")
    for claims, sees in [
        ({"sub": owner}, [acme]),
        ({"sub": owner, "org_id": acme}, [acme]),
        ({"sub": owner, "org_id": bolt}, []),
        ({"sub": world.user("other"), "org_id": bolt}, [bolt]),
        ({"sub": world.user("stranger")}, []),
        ({"sub": str(uuid4())}, []),
        ({"org_id": acme}, []),
        ({"sub": [owner]}, []),
        ({"sub": {"sub": owner}}, []),
        ({"user": {"sub": owner}}, []),
        ({"list": [{"sub": owner}], "sub": None}, []),
        ({"sub": 1}, []),
        ({"sub": ""}, []),
        ({"sub": owner + " "}, []),
    ]:
        with connection.transaction():
            connection.execute("select set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
            assert seen(connection) == sees, claims
    holds_nothing(connection)


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "x", '"{owner}"', '{{"sub": "{owner}"', '{{"sub": "{owner}"}}}}', "{{}}"]
)
def test_damaged_claims_are_no_claims(world: World, text: str) -> None:
    connection = world.connect("jwt")
    set_session(connection, "request.jwt.claims", text.format(owner=world.user("owner")))
    holds_nothing(connection)


def test_a_pooled_choice_of_organization_does_not_outlive_its_request(world: World, both: str) -> None:
    user = world.db.value("select test.user_of(%s)::text", [both])
    connection = world.connect("jwt")
    set_session(connection, "trimtab.org_id", world.bolt)  # left over from somebody else's request
    set_session(connection, "request.jwt.claims", json.dumps({"sub": user, "org_id": world.acme}))
    assert seen(connection) == [world.acme]
    with transaction(connection, None, world.bolt):
        assert seen(connection) == [world.bolt], "said in the transaction, it counts"


def test_a_gateway_that_switches_roles_is_known_by_its_login(world: World) -> None:
    """As PostgREST does: a login without rights of its own becomes another role for each request."""
    gateway, role = (str(world.db.value("select test.login()")) for _ in range(2))
    world.db.rows(f"revoke trimtab_user from {gateway}")
    world.db.rows(f"alter role {gateway} noinherit")
    world.db.rows(f"grant {role} to {gateway}")
    assert attempt(world.connect("engine"), "select trimtab.create_login(%s, 'jwt')", [gateway])[0] is None
    connection = world.db.connect(gateway)
    assert attempt(connection, "select from trimtab.campaigns")[0] == "42501"
    with connection.transaction():
        connection.execute(f"set local role {role}".encode())
        assert seen(connection) == []
        connection.execute(
            "select set_config('request.jwt.claims', %s, true)", [json.dumps({"sub": world.user("analyst")})]
        )
        assert seen(connection) == [world.acme]
        assert connection.execute("select trimtab.current_user_id()::text").fetchone() == (world.user("analyst"),)
    assert attempt(connection, "select from trimtab.campaigns")[0] == "42501"


# --- parallel plans, prepared statements, cursors


@pytest.mark.parametrize("actor", ["viewer", "application", "jwt", "nobody", "stranger"])
def test_parallel_plans_see_the_same(world: World, actor: str) -> None:
    connection = world.connect(actor)
    member = actor in ("viewer", "application", "jwt")
    with connection.transaction():
        if actor == "application":
            connection.execute("select trimtab.init_transaction_context(%s, %s)", [world.user("viewer"), world.acme])
        if actor == "jwt":
            connection.execute(
                "select set_config('request.jwt.claims', %s, true)", [json.dumps({"sub": world.user("viewer")})]
            )
        for setting in (
            "parallel_setup_cost = 0",
            "parallel_tuple_cost = 0",
            "min_parallel_table_scan_size = 0",
            "enable_indexscan = off",
            "enable_indexonlyscan = off",
            "enable_bitmapscan = off",
            "parallel_leader_participation = off",
        ):
            connection.execute(f"set local {setting}".encode())
        query = (
            "select count(*), min(c.org_id::text), max(c.org_id::text), min(trimtab.current_org_id()::text),"
            " min(trimtab.current_user_id()::text) from trimtab.campaigns c where trimtab.role_rank('viewer') = 1"
        )
        plan = str(connection.execute(f"explain (analyze, costs off) {query}".encode()).fetchall())
        assert "Parallel Seq Scan on campaigns" in plan
        assert "Workers Launched: 0" not in plan
        rows = connection.execute(query.encode()).fetchall()
    acme, viewer = world.acme, world.user("viewer")
    assert rows == [(1, acme, acme, acme, viewer) if member else (0, None, None, None, None)]


def test_a_cached_plan_follows_the_context(world: World) -> None:
    connection = world.connect("application")
    connection.execute("set plan_cache_mode = force_generic_plan")
    connection.execute("prepare q as select distinct org_id::text from trimtab.campaigns")
    for actor, org in (("owner", world.acme), ("other", world.bolt), ("owner", world.acme)):
        with transaction(connection, world.user(actor), org):
            assert connection.execute("execute q").fetchall() == [(org,)]
        assert connection.execute("execute q").fetchall() == []


def test_a_cursor_held_past_its_transaction_shows_what_was_asked_for_only(world: World) -> None:
    connection = world.connect("application")
    with transaction(connection, world.user("owner"), world.acme):
        connection.execute("declare c cursor with hold for select org_id::text from trimtab.campaigns")
    with transaction(connection, world.user("other"), world.bolt):
        assert connection.execute("fetch all from c").fetchall() == [(world.acme,)], "rows read before, not Bolt's"


# --- side channels


def test_ids_of_another_organization_look_like_ids_of_none(world: World) -> None:
    """Foreign keys, unique keys and row checks say the same of what exists elsewhere and of what exists nowhere."""
    connection = world.connect("manager")

    def told(statement: str, *ids: str) -> tuple[str | None, str]:
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(statement.encode(), ids)
        except psycopg.Error as error:
            text = f"{error.diag.message_primary} {error.diag.message_detail}"
            for one in ids:
                text = text.replace(one, "ID")
            return error.sqlstate, text
        return None, ""

    bolts = {
        name: world.db.value("select test.id_of(%s, %s)::text", [world.bolt, name])
        for name in ("campaigns", "campaign_groups", "campaign_changes")
    }
    nowhere = str(uuid4())
    for statement, foreign in [
        ("insert into trimtab.campaigns (title, group_id) values ('x', %s)", bolts["campaign_groups"]),
        ("update trimtab.campaigns set group_id = %s", bolts["campaign_groups"]),
        ("insert into trimtab.campaigns (title, id) values ('x', %s)", bolts["campaigns"]),
        ("insert into trimtab.campaign_groups (name, id) values ('x', %s)", bolts["campaign_groups"]),
        ("insert into trimtab.campaigns (title, org_id) values ('x', %s)", world.bolt),
        ("insert into trimtab.campaign_groups (name, org_id) values ('x', %s)", world.bolt),
        ("select trimtab.auto_pause_campaign(%s, 'x')", bolts["campaigns"]),
        ("select trimtab.rollback_action(%s)", bolts["campaign_changes"]),
    ]:
        assert told(statement, foreign) == told(statement, nowhere), statement
    taken = told("insert into trimtab.campaign_groups (name) values (%s)", "Bolt's secret")
    assert taken == (None, ""), "names are taken within an organization only"


def test_people_of_another_organization_look_like_people_of_none(world: World) -> None:
    connection = world.connect("owner")
    theirs, nowhere = world.user("other"), str(uuid4())
    for statement in (
        "select trimtab.set_member_role(%s, 'viewer')",
        "select trimtab.remove_member(%s)",
        "select trimtab.erase_user(%s)",
        "select trimtab.add_member(null, 'viewer', null, %s)",
    ):
        assert attempt(connection, statement, [theirs]) == attempt(connection, statement, [nowhere]) == ("TT009", 0)
    email = world.db.value("select email from trimtab.users where id = %s", [theirs])
    with connection.transaction(force_rollback=True):
        added = connection.execute("select trimtab.add_member(%s, 'viewer')::text", [email]).fetchone()
        assert added is not None
        assert added[0] != theirs
        shown = connection.execute("select display_name, erased_at from trimtab.users where id = %s", added).fetchone()
        assert shown == (None, None)


def test_no_error_of_a_view_with_a_leaky_condition_shows_foreign_rows(world: World) -> None:
    """A condition that tells what it sees is run after the policy, not before."""
    connection = world.connect("viewer")
    connection.execute(
        "create function pg_temp.tell(p text) returns boolean language plpgsql cost 0.0000001 as"
        " $$ begin raise notice '%', p; return true; end $$"
    )
    heard: list[str] = []
    connection.add_notice_handler(lambda diagnostic: heard.append(diagnostic.message_primary or ""))
    for table in world.tables:
        if table.is_tenant and not table.is_partition:
            statement = sql.SQL("select from {} t where pg_temp.tell(t::text)").format(sql.SQL(table.name))
            try:
                connection.execute(statement)
            except psycopg.errors.InsufficientPrivilege:
                continue
    assert heard
    assert not [text for text in heard if world.bolt in text or "Bolt" in text]
