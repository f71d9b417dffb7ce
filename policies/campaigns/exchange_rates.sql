-- A reference table: the same for everybody, written by deploys and operators only.
grant select on trimtab.exchange_rates to trimtab_user, trimtab_engine, trimtab_definer;
-- By record_exchange_rates(), and by no other way but the owner's.
grant insert on trimtab.exchange_rates to trimtab_definer;
