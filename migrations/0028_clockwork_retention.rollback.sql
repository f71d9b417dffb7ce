set local lock_timeout = '5s';

drop function if exists trimtab.tick_retention(uuid, timestamptz, integer);
drop function if exists trimtab.kept_days();
