-- The order of the metrics may change: positions are unique when a statement ends, not from row to row.
set local lock_timeout = '5s';

alter table trimtab.metrics
  drop constraint metrics_position_key,
  add constraint metrics_position_key unique (position) deferrable initially immediate;
