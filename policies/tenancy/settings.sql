-- A reference table: the same for everybody, written by deploys and operators only.
grant select on trimtab.settings to trimtab_user, trimtab_engine, trimtab_definer, trimtab_keeper;
