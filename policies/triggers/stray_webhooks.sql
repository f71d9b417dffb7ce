-- The same for everybody, and about nobody: for operators.
grant select, update on trimtab.stray_webhooks to trimtab_definer;
grant select on trimtab.stray_webhooks to trimtab_engine;
