-- The key under which secrets are sealed, made where there is none.
select trimtab.add_sealing_key() where not exists (select from trimtab.sealing_keys);
