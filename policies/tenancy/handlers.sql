-- A reference table that only the system reads.
grant select on trimtab.handlers to trimtab_engine, trimtab_definer;
