-- Extensions of the database. pgcrypto needs only CREATE on the database; pg_cron and plpgsql_check need a superuser,
-- and Trimtab does without either: see docs/install.md.
create extension if not exists pgcrypto;
