create or replace view trimtab.v_held_decisions with (security_invoker = true) as
select
  h.org_id,
  h.id,
  h.campaign_id,
  c.title as campaign_title,
  h.rule_id,
  r.name as rule_name,
  h.rule_version,
  h.code,
  h.reason,
  h.confidence_score,
  h.hold_count,
  h.first_held_at,
  h.last_held_at,
  h.last_run_id,
  h.evidence,
  h.mode
from trimtab.held_decisions h
left join trimtab.campaigns c on c.org_id = h.org_id and c.id = h.campaign_id
join trimtab.automation_rules r on r.org_id = h.org_id and r.id = h.rule_id;
comment on view trimtab.v_held_decisions is
  'What rules would have done and a gate held back, with the names of campaign (null: a rule about an event alone) and rule: since when, how often, why. mode: active, or shadow for a rule that would not have acted anyway.';
grant select on trimtab.v_held_decisions to trimtab_user, trimtab_engine;
