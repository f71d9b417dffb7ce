-- A reference table; people read it too, whose previews ask the functions of conditions.
grant select on trimtab.handlers to trimtab_user, trimtab_engine, trimtab_definer;
