begin;
select plan(33);

-- Signed apart from the code under test: by pgcrypto's own hmac().
create function pg_temp.send(
  p_token text, p_secret text, p_id text, p_body text default '{"amount": 3}', p_sent timestamptz default trimtab.clock(), p_more jsonb default '{}')
  returns jsonb language sql as $$
  select trimtab.receive_webhook(p_token, jsonb_build_object(
    'Webhook-Id', p_id,
    'WEBHOOK-TIMESTAMP', floor(extract(epoch from p_sent))::bigint::text,
    'webhook-signature', 'v1,' || encode(public.hmac(
      convert_to(p_id || '.' || floor(extract(epoch from p_sent))::bigint || '.' || p_body, 'UTF8'),
      decode(substr(p_secret, 7), 'base64'), 'sha256'), 'base64')) || p_more, convert_to(p_body, 'UTF8'))
$$;
create function pg_temp.status(jsonb) returns integer language sql as $$ select ($1 ->> 'status')::integer $$;

select test.organization('Acme') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'admin') as admin \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.member(:'bolt', 'owner') as other \gset
select test.clock_at('2026-05-01 12:00:00.5+00');

select is(trimtab.sign_webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', to_timestamp(1614265330.9), '{"test": 2432232314}'),
  'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=', 'the published example of Standard Webhooks is signed as published');
select is(trimtab.hmac_sha256('\x4a656665', 'what do ya want for nothing?'),
  '\x5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'::bytea, 'RFC 4231, case 2');

select test.act_as(:'admin');
select * from trimtab.create_webhook_endpoint('shop', 'purchase.made') \gset shop_
select * from trimtab.create_webhook_endpoint('forms', p_type_path => '{data,kind}', p_type_prefix => 'forms') \gset forms_
select test.reset();
select matches(:'shop_token'::text, '^[A-Za-z0-9_-]{64}$', 'the token is part of a URL as it is');
select is(octet_length(decode(substr(:'shop_secret', 7), 'base64')), 32, 'the secret has 256 bits');
select isnt(:'shop_secret', :'forms_secret'::text, 'each endpoint has its own');

-- taken
select test.act_as_engine();
select is(trimtab.receive_webhook(:'shop_token', '{}', '{}'), '{"status": 401, "body": {"error": "unauthorized"}}', 'the engine asks, for no organization');
select test.reset();
select is(pg_temp.send(:'shop_token', :'shop_secret', 'm1'), '{"status": 200, "body": {"result": "accepted"}}', 'a signed message is taken');
select results_eq(
  $$select o.name, e.type, e.payload, e.source, e.subject_type, e.occurred_at, e.recorded_at from trimtab.events e join trimtab.organizations o using (org_id) where e.type = 'purchase.made'$$,
  $$values ('Acme', 'purchase.made', '{"amount": 3}'::jsonb, 'webhook:shop', null::text, timestamptz '2026-05-01 12:00:00+00', timestamptz '2026-05-01 12:00:00.5+00')$$,
  'and is an event of its organization, which says where it came from and when it was sent');
select results_eq(
  format($$select r.org_id, r.webhook_id, r.sent_at, r.received_at, r.event_id = e.id from trimtab.webhook_receipts r join trimtab.events e on e.type = 'purchase.made' where r.endpoint_id = %L$$, :'shop_endpoint_id'),
  format($$values (%L::uuid, 'm1', timestamptz '2026-05-01 12:00+00', timestamptz '2026-05-01 12:00:00.5+00', true)$$, :'acme'), 'with a receipt');
select is(pg_temp.send(:'shop_token', :'shop_secret', 'm1'), '{"status": 200, "body": {"result": "repeated"}}', 'the same message again is answered well');
select is(pg_temp.send(:'shop_token', :'shop_secret', 'm1', '{"amount": 4}', trimtab.clock() + interval '60 s') -> 'body' ->> 'result', 'repeated', 'so is another attempt, at another time and with another body');
select is((select count(*) from trimtab.events where type = 'purchase.made'), 1::bigint, 'and nothing is written again');
select is(pg_temp.send(:'forms_token', :'forms_secret', 'm1', '{"data": {"kind": "Survey Sent!"}}') -> 'body' ->> 'result', 'accepted', 'the same id at another endpoint is another message');
select is((select e.type || ' ' || e.source from trimtab.events e where e.source = 'webhook:forms'), 'forms.survey_sent_ webhook:forms', 'the type is taken from the message');

-- repeated after its receipt is gone
select test.clock_at('2026-06-05 12:00+00');
select test.act_as_engine(:'acme');
select is(trimtab.tick_retention(:'bolt', 'infinity', 10), 0, 'of another organization there are none');
select is(trimtab.tick_retention(:'acme', timestamptz '2026-05-01 12:00+00' + interval '30 days', 10), 0, 'none is older than itself');
select is(trimtab.tick_retention(:'acme', trimtab.clock(), 1), 1, 'receipts go after thirty days, so many a time');
select is(trimtab.tick_retention(:'acme', trimtab.clock(), 10), 1, 'the rest the next time');
select test.reset();
select is(pg_temp.send(:'shop_token', :'shop_secret', 'm1') -> 'body' ->> 'result', 'repeated', 'the journal still knows the message');
select pg_temp.send(:'shop_token', :'shop_secret', 'm2');
select test.clock_at('2026-06-05 15:59+00');
select is(trimtab.tick_retention(:'acme', 'infinity', 10), 0, 'however short they are kept, a receipt outlives every skew');
select test.clock_at('2026-06-05 16:01+00');
select is(trimtab.tick_retention(:'acme', 'infinity', 10), 1, 'and not more');
select throws_ok(format($$select trimtab.receive_webhook(%L, '{}', '', '2026-06-05 12:00+00')$$, :'shop_token'), 'TT005', null, 'nobody says when it is');

-- who sees what
select test.act_as(:'viewer');
select results_eq($$select name, event_type, type_from, accepted, repeated, last_received_at from trimtab.v_webhook_endpoints order by name$$,
  $$values ('forms', 'forms.*', 'data.kind', 1::bigint, 0::bigint, timestamptz '2026-05-01 12:00:00.5+00'), ('shop', 'purchase.made', null, 2, 3, timestamptz '2026-06-05 12:00+00')$$, 'members see endpoints and their counts');
select is_empty($$select from trimtab.v_webhook_secrets$$, 'a viewer does not see which secrets there are');
select throws_ok($$select sealed from trimtab.webhook_secrets$$, '42501', null, 'nor anybody the sealed ones');
select throws_ok($$select token_hash from trimtab.webhook_endpoints$$, '42501', null, 'nor what tokens hash to');
select throws_ok(format($$select trimtab.receive_webhook(%L, '{}', '')$$, :'shop_token'), '42501', null, 'and people receive nothing');
select test.act_as(:'admin');
select is((select count(*) from trimtab.v_webhook_secrets where status = 'valid'), 2::bigint, 'an admin sees that there are secrets');
select test.act_as(:'other');
select is((select count(*) from trimtab.v_webhook_endpoints) + (select count(*) from trimtab.v_webhook_secrets) + (select count(*) from trimtab.webhook_receipts)
  + (select count(*) from trimtab.webhook_traffic) + (select count(*) from trimtab.webhook_refusals), 0::bigint, 'another organization sees nothing of it');
select throws_ok(format($$select trimtab.rotate_webhook_secret(%L)$$, :'shop_endpoint_id'), 'TT081', null, 'and changes nothing: no secrets');
select throws_ok(format($$select trimtab.set_webhook_endpoint_status(%L, 'paused')$$, :'shop_endpoint_id'), 'TT081', null, 'no endpoint');
select throws_ok(format($$select trimtab.remove_webhook_endpoint(%L)$$, :'shop_endpoint_id'), 'TT081', null, 'and removes none');
select test.act_as_engine();
select throws_ok($$select sealed from trimtab.webhook_secrets$$, '42501', null, 'not even the engine reads a sealed secret');
select test.reset();

select * from finish();
rollback;
