create or replace function trimtab.finish_import(p_batch_id uuid, p_assumed_lag interval default null)
  returns trimtab.import_batches
  language plpgsql
  volatile
  parallel unsafe
  -- definer: see close_import().
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return trimtab.close_import(trimtab.require_org('analyst'), p_batch_id, p_assumed_lag);
end
$$;
comment on function trimtab.finish_import(uuid, interval) is
  'Ends the import that begin_import() began in this transaction: rows that cannot be believed go to quarantine with their faults, unknown campaigns are made, facts that are new or differ are published with the next knowledge revision. Returns the batch with its report; status unchanged when nothing was to be published. p_assumed_lag: how long after the end of a day its facts are taken to have been known (a backfill for replays). Needs the role analyst. Errors: TT001 to TT003, TT020; 55P03 when lock_timeout passes.';
alter function trimtab.finish_import(uuid, interval) owner to trimtab_definer;
grant execute on function trimtab.finish_import(uuid, interval) to trimtab_user, trimtab_engine;
