"""The world of the measurements: organizations with campaigns and daily facts, written straight into the tables."""

from __future__ import annotations

from support.database import Database


def fill(db: Database, organizations: int = 1000, campaigns: int = 100, days: int = 30) -> None:
    """Fill an empty migrated database: organizations in UTC and USD, every campaign with facts up to yesterday."""
    with db.connect() as connection:
        connection.execute("set session_replication_role to replica")
        connection.execute("insert into trimtab.users (id, is_system) values (md5('system')::uuid, true)")
        connection.execute(
            "insert into trimtab.organizations (org_id, name, system_user_id, knowledge_revision)"
            " select md5('o' || n)::uuid, 'Organization ' || n, md5('system')::uuid, 1 from generate_series(1, %s) n",
            [organizations],
        )
        connection.execute(
            "insert into trimtab.knowledge_revisions (org_id, revision, published_at)"
            " select o.org_id, 1, now() from trimtab.organizations o"
        )
        connection.execute(
            "insert into trimtab.campaigns (org_id, id, title, status, budget, currency, starts_at, activated_at)"
            " select o.org_id, md5(o.org_id::text || n)::uuid, 'Campaign ' || n, 'active', 1000, 'USD', s.at, s.at"
            " from trimtab.organizations o, generate_series(1, %s) n, (values (now() - %s * interval '1 day')) s (at)",
            [campaigns, days],
        )
        connection.execute(
            "insert into trimtab.campaign_metrics (org_id, campaign_id, grain, day, known_from, currency, impressions,"
            " clicks, spend, conversions, revenue)"
            " select c.org_id, c.id, 'day', (now() at time zone 'UTC')::date - d, 1, 'USD', 1000 + (h & 4095), h & 127,"
            " ((h >> 3) & 65535) / 100::numeric, h & 7, ((h >> 9) & 65535) / 50::numeric"
            " from trimtab.campaigns c, generate_series(%s, 1, -1) d, hashtext(c.id::text || d) h",
            [days],
        )
        connection.execute("vacuum analyze")
