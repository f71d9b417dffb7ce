-- A reference table: the same for everybody, written by deploys and operators only.
grant select on trimtab.metric_windows to trimtab_user, trimtab_engine, trimtab_definer;
