begin;
select plan(35);

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
select test.member(:'acme', 'admin') as admin \gset
select test.member(:'acme', 'manager') as manager \gset
select test.clock_at('2026-05-01 12:00+00');
select test.act_as(:'manager');
select throws_ok($$select trimtab.create_webhook_endpoint('shop', 'purchase.made')$$, 'TT003', null, 'a manager makes no endpoint');

select test.act_as(:'admin');
select * from trimtab.create_webhook_endpoint(' shop ', 'purchase.made') \gset
select throws_ok($$select trimtab.create_webhook_endpoint('shop', 'purchase.made')$$, 'TT080', 'the webhook endpoint is not valid (faults: 1)', 'a name is taken once');
select throws_ok($$select trimtab.create_webhook_endpoint('', 'campaign.paused', '{type}', 'rule', 0, 2000000, 0)$$, 'TT080', 'the webhook endpoint is not valid (faults: 7)', 'all faults are told');
select throws_ok(format($$select trimtab.create_webhook_endpoint('x%s', %s)$$, row_number() over (), a), 'TT080', null, 'refused: ' || a)
from unnest(array['null', '''Purchase''', '''system.x''', 'null, ''{}'', ''forms''', 'null, ''{type}''', 'null, ''{type}'', ''Forms''', '''a.b'', null, ''forms''', '''a.b'', null, null, null']) a;

-- rotation
select * from trimtab.rotate_webhook_secret(:'endpoint_id', '1 hour') \gset second_
select test.reset();
select is(pg_temp.status(pg_temp.send(:'token', :'secret', 'a')), 200, 'the old secret still holds');
select is(pg_temp.status(pg_temp.send(:'token', :'second_secret', 'b')), 200, 'the new one holds already');
select is(pg_temp.status(pg_temp.send(:'token', :'second_secret', 'c', p_more => jsonb_build_object('webhook-signature',
  'v1a,AAAA v1,' || encode(sha256('x'), 'base64') || ' ' || trimtab.sign_webhook(:'secret', 'c', trimtab.clock(), '{"amount": 3}')))), 200, 'one good signature among others is enough');
select is(pg_temp.status(pg_temp.send(:'token', :'second_secret', 'd', p_more => jsonb_build_object('webhook-signature',
  repeat('v1,AAAA ', 8) || trimtab.sign_webhook(:'secret', 'd', trimtab.clock(), '{"amount": 3}')))), 401, 'but nobody makes us try without end');
select test.clock_at('2026-05-01 13:00+00');
select is(pg_temp.status(pg_temp.send(:'token', :'secret', 'e')), 401, 'the old one ends when it was to end');
select is(pg_temp.status(pg_temp.send(:'token', :'second_secret', 'f')), 200, 'the new one does not');
select test.act_as(:'admin');
select is(trimtab.revoke_webhook_secret(:'second_secret_id'), 0, 'a secret is ended at once');
select is(trimtab.revoke_webhook_secret(:'second_secret_id'), 0, 'twice is once');
select results_eq($$select status, last_used_at from trimtab.v_webhook_secrets order by created_at, status$$,
  $$values ('expired', timestamptz '2026-05-01 12:00+00'), ('revoked', timestamptz '2026-05-01 13:00+00')$$, 'an admin sees when each was used');
select test.reset();
select is(pg_temp.status(pg_temp.send(:'token', :'second_secret', 'g')), 401, 'and no message holds any more');
select is((select refused_secret from trimtab.v_webhook_endpoints), 1::numeric, 'which is told apart from a wrong signature');
select test.act_as(:'admin');
select throws_ok(format($$select trimtab.revoke_webhook_secret(%L)$$, :'endpoint_id'), 'TT081', null, 'an unknown secret');
select throws_ok(format($$select trimtab.rotate_webhook_secret(%L, %L)$$, :'endpoint_id', i), 'TT080', null, 'kept for ' || coalesce(i, 'null'))
from unnest(array['-1 second', '31 days', null]) i;
select is((trimtab.rotate_webhook_secret(:'endpoint_id', '0', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).secret, null, 'a secret that was given is not told');
select throws_ok(format($$select trimtab.rotate_webhook_secret(%L, '0', %L)$$, :'endpoint_id', s), 'TT082', 'this is no secret for webhooks', 'no secret: ' || s)
from unnest(array['', 'whsec_AAAA', 'whsec_' || repeat('A', 88), 'whsec_' || repeat('!', 40)]) s;
select test.reset();
select is(pg_temp.status(pg_temp.send(:'token', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'h')), 200, 'but holds');
select test.act_as(:'admin');
select trimtab.rotate_webhook_secret(:'endpoint_id') from generate_series(1, 3);
select throws_ok(format($$select trimtab.rotate_webhook_secret(%L)$$, :'endpoint_id'), 'TT080', 'an endpoint has at most four secrets at once', 'not more than four at once');
select test.reset();

-- the trail
select is((select count(*) from trimtab.audit_log a where a.action ~ '^webhook_(endpoint|secret)\.' and concat(a.old_values, a.new_values) ~ 'sealed|token|hash|whsec'), 0::bigint, 'nothing secret is in the audit log');
select results_eq($$select distinct a.action from trimtab.audit_log a where a.action ~ '^webhook' order by 1$$,
  $$values ('webhook_endpoint.created'), ('webhook_secret.created'), ('webhook_secret.updated')$$, 'that something was changed is');

select * from finish();
rollback;
