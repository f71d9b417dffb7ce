-- A reference table: the same for everybody, written by deploys and operators only.
grant select on trimtab.calendar_months to trimtab_user, trimtab_engine, trimtab_definer;
