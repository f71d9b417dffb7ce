-- The autopilot's own login.
insert into trimtab.database_logins (login, kind) values ('trimtab_engine', 'engine')
on conflict (login) do update set kind = excluded.kind;
