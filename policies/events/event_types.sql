-- A reference table: the same for everybody, written by deploys and operators only.
grant select on trimtab.event_types to trimtab_user, trimtab_engine, trimtab_definer;
