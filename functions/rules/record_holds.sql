create or replace function trimtab.record_holds(
  p_org_id uuid,
  p_holds trimtab.decision[],
  p_as_of timestamptz,
  p_run_id uuid default null
)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  insert into trimtab.held_decisions (
    org_id, rule_id, campaign_id, rule_version, code, mode, reason, evidence, confidence_score, hold_count,
    first_held_at, last_held_at, last_run_id)
  select distinct on (h.rule_id, h.campaign_id, h.rule_version, h.gate, h.mode)
         p_org_id, h.rule_id, h.campaign_id, h.rule_version, h.gate, h.mode, concat_ws(' ', h.reason, h.gate_reason),
         h.evidence || jsonb_build_object('actions', h.actions),
         h.confidence_score, count(*) over (partition by h.rule_id, h.campaign_id, h.rule_version, h.gate, h.mode),
         p_as_of, p_as_of, p_run_id
  from unnest(p_holds) h
  order by h.rule_id, h.campaign_id, h.rule_version, h.gate, h.mode
  on conflict (org_id, rule_id, campaign_id, rule_version, code, mode) do update
  set hold_count = held_decisions.hold_count + excluded.hold_count, last_held_at = excluded.last_held_at,
      last_run_id = excluded.last_run_id, reason = excluded.reason, evidence = excluded.evidence,
      confidence_score = excluded.confidence_score;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.record_holds(uuid, trimtab.decision[], timestamptz, uuid) is
  'Keeps decisions that a gate held back: one row a rule version, campaign, gate and mode, with first, last and count. Returns how many rows. For the system''s own functions.';
grant execute on function trimtab.record_holds(uuid, trimtab.decision[], timestamptz, uuid) to trimtab_definer;
