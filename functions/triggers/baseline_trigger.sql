create or replace function trimtab.baseline_trigger(p_org_id uuid, p_trigger_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  delete from trimtab.trigger_states s where s.org_id = p_org_id and s.trigger_id = p_trigger_id;
  perform trimtab.judge_metric_triggers(p_org_id, array[p_trigger_id], null, trimtab.clock(), true);
end
$$;
comment on function trimtab.baseline_trigger(uuid, uuid) is
  'Lets a trigger that watches a metric take what there is as known, so that it fires with what comes from now on. For the system''s own functions, under the organization''s lock.';
grant execute on function trimtab.baseline_trigger(uuid, uuid) to trimtab_definer;
