-- A reference table: the same for everybody, nothing of any organization; written by the clockwork.
grant select on trimtab.tick_parts to trimtab_user, trimtab_engine;
grant select, insert, update on trimtab.tick_parts to trimtab_definer;
