-- A reference table: the same for everybody, written by deploys and operators only.
grant select on trimtab.settings to trimtab_user, trimtab_engine, trimtab_definer, trimtab_keeper;
-- The keeper notes how far it has dropped.
grant insert, update on trimtab.settings to trimtab_keeper;
