begin;
select plan(7);

select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'admin') as admin \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.user_of(:'viewer') as viewer_id \gset

create function pg_temp.refusal(p_actions jsonb) returns text[] language plpgsql as $$
declare
  v_detail text;
begin
  perform trimtab.save_rule(jsonb_build_object('name', 'Tell',
    'conditions', '[{"type": "metric_threshold", "metric": "spend", "operator": ">", "threshold": 1}]'::jsonb, 'actions', p_actions));
  return '{}';
exception when sqlstate 'TT030' then
  get stacked diagnostics v_detail = pg_exception_detail;
  return string_to_array(v_detail, E'\n');
end $$;

select test.act_as(:'manager');
select is(pg_temp.refusal('[{"type": "webhook", "url": "https://10.0.0.8/x"}]'),
  array['actions[0].url: found "https://10.0.0.8/x", allowed: a URL that may be called. Nothing is sent to 10.0.0.8: it is private.'], 'a private address is not called');
select is(pg_temp.refusal('[
    {"type": "pause_campaign"},
    {"type": "webhook", "url": "http://hooks.example.com:25/"},
    {"type": "emit_event", "event": "campaign.status_changed"},
    {"type": "assign", "assignee": "someone@example.org"},
    {"type": "send_notification", "recipients": ["6b1f0a1e-0000-4000-8000-000000000000", "team@example.org"]}]'),
  array[
    'actions[1].url: found "http://hooks.example.com:25/", allowed: a URL that may be called. The port 25 is not allowed; allowed are 443, 8443.',
    'actions[1].url: found "http://hooks.example.com:25/", allowed: a URL that may be called. The scheme is http; allowed is https.',
    'actions[2].event: found "campaign.status_changed", allowed: a dotted type of your own, such as team.budget_reviewed. Events that begin with campaign. are the system''s own.',
    'actions[3].assignee: found "someone@example.org", allowed: a member''s id or e-mail address, or role:<role>.',
    'actions[4].recipients: found "6b1f0a1e-0000-4000-8000-000000000000", allowed: a member''s id, an e-mail address, a #channel of Slack, or role:<role>.'],
  'all faults come at once, each with its path');
select is(pg_temp.refusal(format('[
    {"type": "webhook", "url": "https://hooks.example.com/x"},
    {"type": "emit_event", "event": "team.look"},
    {"type": "create_alert", "assignee": "role:analyst"},
    {"type": "assign", "assignee": "%s"},
    {"type": "send_notification", "recipients": ["team@example.org"]}]', :'viewer_id')::jsonb), '{}', 'what is right is saved');

select throws_ok($$select trimtab.set_webhook_hosts('{example.org}')$$, 'TT003', null, 'a manager does not say which hosts are allowed');
select test.act_as(:'admin');
select throws_ok($$select trimtab.set_webhook_hosts('{10.0.0.1, *.local, *.example.org}')$$, 'TT060', null, 'nor can an admin allow what nothing is sent to');
select is(trimtab.set_webhook_hosts('{*.Example.org, hooks.example.net}'), '{*.example.org,hooks.example.net}', 'an admin lists the organization''s hosts');
select is(pg_temp.refusal('[{"type": "webhook", "url": "https://hooks.example.com/y"}, {"type": "webhook", "url": "https://a.b.example.org/"}]'),
  array['actions[0].url: found "https://hooks.example.com/y", allowed: a URL that may be called. The host hooks.example.com is not among the organization''s; allowed are *.example.org, hooks.example.net.'],
  'then no other host is called');
select test.reset();
select * from finish();
rollback;
