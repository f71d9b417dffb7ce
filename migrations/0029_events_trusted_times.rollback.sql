set local lock_timeout = '5s';

drop function if exists trimtab.check_events(jsonb, timestamptz, boolean);
