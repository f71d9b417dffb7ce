create or replace view trimtab.v_rule_reversals with (security_invoker = true) as
select
  l.org_id,
  l.rule_id,
  l.rule_version,
  l.campaign_id,
  l.id as change_id,
  l.action_type,
  l.executed_at,
  'taken_back' as how,
  l.rolled_back_at as reversed_at,
  l.rolled_back_by as reversed_by
from trimtab.campaign_changes l
join trimtab.organizations o on o.org_id = l.org_id
where l.org_id = (select trimtab.current_org_id())
  and l.status = 'rolled_back'
  and l.rule_id is not null
  and l.rolled_back_by <> o.system_user_id
union all
select *
from (
  select distinct on (x.org_id, x.id)
    x.org_id,
    x.rule_id,
    x.rule_version,
    x.campaign_id,
    x.id,
    x.action_type,
    x.executed_at,
    'put_back',
    p.executed_at,
    p.user_id
  from trimtab.campaign_changes p
  cross join (values ('status'), ('budget'), ('daily_budget'), ('bid')) k (key)
  cross join lateral (
    -- Who had set the value that the person found.
    select q.*
    from trimtab.campaign_changes q
    where q.org_id = p.org_id
      and q.campaign_id = p.campaign_id
      and q.number < p.number
      and q.status in ('executed', 'rolled_back')
      and q.previous_state -> k.key is distinct from q.new_state -> k.key
    order by q.number desc
    limit 1
  ) x
  where p.org_id = (select trimtab.current_org_id())
    and p.origin = 'person'
    and p.status = 'executed'
    and p.previous_state -> k.key is distinct from p.new_state -> k.key
    and x.rule_id is not null
    and x.status = 'executed'
    and p.executed_at < x.executed_at + interval '168 hours'
    and case
      when jsonb_typeof(x.previous_state -> k.key) = 'number' and jsonb_typeof(x.new_state -> k.key) = 'number'
           and jsonb_typeof(p.new_state -> k.key) = 'number' and jsonb_typeof(p.previous_state -> k.key) = 'number'
      then sign((p.new_state ->> k.key)::numeric - (p.previous_state ->> k.key)::numeric)
           = sign((x.previous_state ->> k.key)::numeric - (x.new_state ->> k.key)::numeric)
      else p.new_state -> k.key = x.previous_state -> k.key
    end
  order by x.org_id, x.id, p.number
) put_back;
comment on view trimtab.v_rule_reversals is
  'What rules did and people reversed. taken_back: rolled back by a person. put_back: within seven days a person moved the very value that the rule had set back, a status to what it was before, an amount some way or all of it. A change of a rule appears once.';
grant select on trimtab.v_rule_reversals to trimtab_user, trimtab_engine;
