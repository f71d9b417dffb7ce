-- The common unit of figures is learned from campaigns of its own choice.
set local lock_timeout = '5s';

-- It learns a seventh parameter; it comes back with the deploy.
drop function if exists trimtab.unit_sizes(uuid, uuid[], text, text, timestamptz, bigint);
