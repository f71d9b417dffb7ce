-- Executing without deciding: what decide() answers is given by the test, and actions are written down instead of done.

create table test.decisions (number integer generated always as identity, event_type text, decision trimtab.decision);
create table test.acts (number integer generated always as identity, action jsonb, context jsonb);
grant select on test.decisions to public;
grant select, insert on test.acts to public;
grant usage on all sequences in schema test to public;

create function test.given_decisions()
  returns void
  language plpgsql
  set search_path to pg_catalog, pg_temp
as $outer$
begin
  create or replace function trimtab.decide(
    p_org_id uuid,
    p_as_of timestamptz default trimtab.clock(),
    p_known bigint default null,
    p_event jsonb default null,
    p_campaign_ids uuid[] default null,
    p_rules trimtab.automation_rules[] default null,
    p_terms trimtab.rule_terms[] default null
  )
    returns setof trimtab.decision
    language sql
    stable
    set search_path to trimtab, pg_catalog, pg_temp
  as $$
    select (d.decision).*
    from test.decisions d
    where d.event_type is not distinct from p_event ->> 'type'
      and (p_rules is null or (d.decision).rule_id in (select r.id from unnest(p_rules) r))
      and ((d.decision).gate is distinct from 'broken' or 1 / length(left((d.decision).gate, 0)) > 0)
    order by (d.decision).priority desc, d.number
  $$;
  insert into trimtab.rule_vocabulary (kind, code, position, changes, summary) values
    ('action', 'note', 900, 'nothing', 'Writes itself down.'),
    ('action', 'note_status', 901, 'status', 'Writes itself down.'),
    ('action', 'fail', 902, 'nothing', 'Fails.'),
    ('action', 'half_pause', 903, 'status', 'Pauses the campaign and fails.')
  on conflict do nothing;
  insert into trimtab.handlers (kind, function) values
    ('rule_action.note', 'test.act'), ('rule_action.note_status', 'test.act'),
    ('rule_action.fail', 'test.act_and_fail'), ('rule_action.half_pause', 'test.pause_and_fail')
  on conflict do nothing;
end
$outer$;
comment on function test.given_decisions() is
  'From here on decide() answers what stands in test.decisions (gate broken: raises), and the actions note, note_status, fail and half_pause exist. Until the transaction is rolled back.';

create function test.act(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language sql
  volatile
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  insert into test.acts (action, context) values (p_action, p_context) returning jsonb_build_object('noted', number)
$$;
comment on function test.act(uuid, jsonb, jsonb) is 'A handler that writes its action and context to test.acts.';

create function test.act_and_fail(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  security definer
  set search_path to pg_catalog, pg_temp
as $$
begin
  perform test.act(p_org_id, p_action, p_context);
  raise exception 'it does not work' using errcode = coalesce(p_action ->> 'code', 'P0042');
end
$$;
comment on function test.act_and_fail(uuid, jsonb, jsonb) is 'A handler that fails when it has written.';

create function test.pause_and_fail(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  security definer
  set search_path to pg_catalog, pg_temp
as $$
begin
  update trimtab.campaigns c set status = 'paused' where c.id = (p_context ->> 'campaign_id')::uuid;
  raise exception 'it was paused, and that does not do' using errcode = 'P0043';
end
$$;
comment on function test.pause_and_fail(uuid, jsonb, jsonb) is 'A handler that fails when it has changed the campaign.';

create function test.raw_rule(
  p_org_id uuid,
  p_name text,
  p_actions jsonb default '[{"type": "note"}]',
  p_more jsonb default '{}',
  p_event_type text default null
)
  returns uuid
  language sql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  insert into trimtab.automation_rules (
    org_id, name, rule_type, status, priority, document, trigger_kind, event_type, leaves, signal_positions, bounds, statuses,
    is_scope_related, max_executions_per_day, cooldown_minutes)
  values (
    p_org_id, p_name, 'custom', coalesce(p_more ->> 'status', 'active'), 50,
    jsonb_build_object('name', p_name, 'actions', p_actions) || p_more,
    case when p_event_type is null then 'run' else 'event' end, p_event_type, '[]', '{}', '{}', '{active,paused}',
    coalesce((p_more #>> '{scope,related}')::boolean, false), (p_more ->> 'max_executions_per_day')::integer,
    coalesce((p_more ->> 'cooldown_minutes')::integer, 0))
  returning id
$$;
comment on function test.raw_rule(uuid, text, jsonb, jsonb, text) is
  'A rule written past the compiler, for tests that give its decisions themselves; its id.';

create function test.decided(p_rule_id uuid, p_campaign_id uuid default null, p_gate text default null)
  returns integer
  language sql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  insert into test.decisions (event_type, decision)
  select r.event_type, row(
    r.id, r.name, r.version, case r.status when 'active' then 'active' else 'shadow' end, r.priority, p_campaign_id,
    (select c.title from trimtab.campaigns c where c.id = p_campaign_id), 'note', p_gate, 'held by ' || p_gate, 90, null, null, null,
    r.name || ': because.', r.document -> 'actions', '{"conditions": [{"value": 7}]}'::jsonb, 1)::trimtab.decision
  from trimtab.automation_rules r
  where r.id = p_rule_id
  returning number
$$;
comment on function test.decided(uuid, uuid, text) is 'What decide() is to answer about a rule and a campaign.';

create function test.run_at(p_org_id uuid, p_at timestamptz)
  returns jsonb
  language plpgsql
  set search_path to pg_catalog, pg_temp
as $$
declare
  v_result jsonb;
begin
  perform test.clock_at(p_at);
  perform test.act_as_engine(p_org_id);
  v_result := trimtab.run_organization(p_org_id);
  perform test.reset();
  return v_result;
end
$$;
comment on function test.run_at(uuid, timestamptz) is
  'The engine''s run of an organization at a moment, where the clock stays; its result.';
