-- Before a migration or the repeatables: whoever is to own an object must be able to create one here, for this
-- transaction only; sql/deploy/close.sql takes it back.
grant create on schema trimtab to trimtab_auth, trimtab_definer;
