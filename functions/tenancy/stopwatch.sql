create or replace function trimtab.stopwatch()
  returns timestamptz
  language sql
  volatile
  parallel restricted
begin atomic
  select clock_timestamp();
end;
comment on function trimtab.stopwatch() is
  'What a watch on the wall shows, within a transaction too: to measure how long something took, and for nothing else. Moments are trimtab.clock()''s.';
grant execute on function trimtab.stopwatch() to trimtab_definer, trimtab_engine;
