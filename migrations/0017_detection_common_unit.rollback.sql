set local lock_timeout = '5s';

drop function if exists trimtab.unit_sizes(uuid, uuid[], text, text, timestamptz, bigint, uuid[]);
